from pathlib import Path

from graphwiz_trader.adapters.files.disk import free_bytes


def test_a_folder_that_does_not_exist_yet_has_the_room_of_what_is_above(tmp_path: Path) -> None:
    here, below = free_bytes(tmp_path), free_bytes(tmp_path / "not" / "yet")

    assert here > 0
    assert abs(here - below) < 1 << 30
