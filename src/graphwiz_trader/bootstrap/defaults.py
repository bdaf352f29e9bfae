"""Defaults: configuration files that come with the package."""

from pathlib import Path

DEMO = Path(__file__).with_name("demo.yaml")
"""What the demo trades; laid under the user's own files."""
