"""What every way to a running engine promises."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from graphwiz_trader.domain.control import Answer, Misunderstood, Request
from graphwiz_trader.domain.errors import DomainError, NotRunning
from graphwiz_trader.domain.units import RunId
from graphwiz_trader.ports.control import Answering, ControlCaller, ControlDoor

RUN = RunId("paper-0001")


async def echo(request: Request, who: str) -> Answer:
    """Say what was asked, and by whom; or refuse."""
    if request.what == "wrong":
        raise Misunderstood("no such thing")
    if request.what == "refuse":
        raise DomainError("it makes no sense now")
    return Answer({"what": request.what, "words": dict(request.words), "who": who})


class ControlContract:
    """Subclasses offer `door` and `caller`, which meet."""

    @pytest.fixture
    def door(self) -> ControlDoor:
        raise NotImplementedError

    @pytest.fixture
    def caller(self) -> ControlCaller:
        raise NotImplementedError

    def play(
        self,
        door: ControlDoor,
        scene: Callable[[], Awaitable[None]],
        answering: Answering = echo,
    ) -> None:
        async def played() -> None:
            serving = asyncio.create_task(door.serve(answering))
            await asyncio.sleep(0.05)
            try:
                await scene()
            finally:
                serving.cancel()
                await asyncio.wait([serving])

        asyncio.run(played())

    def test_a_request_is_answered_and_says_who_asks(
        self, door: ControlDoor, caller: ControlCaller
    ) -> None:
        answers: list[Answer] = []

        async def scene() -> None:
            request = Request("halt", {"scope": "venue:okx", "reason": "ümläut"})
            answers.append(await asyncio.to_thread(caller.ask, RUN, request, 60.0))

        self.play(door, scene)

        assert answers[0].result["words"] == {"scope": "venue:okx", "reason": "ümläut"}
        assert answers[0].result["who"]
        assert not answers[0].is_error

    @pytest.mark.parametrize(("what", "code"), [("wrong", "misunderstood"), ("refuse", "refused")])
    def test_what_is_refused_says_why(
        self, what: str, code: str, door: ControlDoor, caller: ControlCaller
    ) -> None:
        answers: list[Answer] = []

        async def scene() -> None:
            answers.append(await asyncio.to_thread(caller.ask, RUN, Request(what, {}), 60.0))
            answers.append(await asyncio.to_thread(caller.ask, RUN, Request("status", {}), 60.0))

        self.play(door, scene)

        assert (answers[0].code, bool(answers[0].message)) == (code, True)
        assert not answers[1].is_error

    def test_two_people_are_answered_at_once(
        self, door: ControlDoor, caller: ControlCaller
    ) -> None:
        both = asyncio.Event()
        asked: list[str] = []

        async def together(request: Request, who: str) -> Answer:
            asked.append(request.what)
            if len(asked) == 2:
                both.set()
            await asyncio.wait_for(both.wait(), 60)
            return await echo(request, who)

        async def scene() -> None:
            await asyncio.gather(
                *(asyncio.to_thread(caller.ask, RUN, Request(name, {}), 60.0) for name in "ab")
            )

        self.play(door, scene, together)

        assert sorted(asked) == ["a", "b"]

    def test_a_run_is_listed_while_it_is_served(
        self, door: ControlDoor, caller: ControlCaller
    ) -> None:
        seen = [caller.runs()]

        async def scene() -> None:
            seen.append(await asyncio.to_thread(caller.runs))

        self.play(door, scene)

        assert [*seen, caller.runs()] == [(), (RUN,), ()]

    def test_nobody_answers_for_an_engine_that_does_not_run(self, caller: ControlCaller) -> None:
        with pytest.raises(NotRunning):
            caller.ask(RUN, Request("status", {}), 1.0)

    def test_an_answer_that_takes_too_long_is_none(
        self, door: ControlDoor, caller: ControlCaller
    ) -> None:
        async def never(request: Request, who: str) -> Answer:
            await asyncio.sleep(60)
            return await echo(request, who)

        async def scene() -> None:
            with pytest.raises(NotRunning):
                await asyncio.to_thread(caller.ask, RUN, Request("status", {}), 0.2)

        self.play(door, scene, never)
