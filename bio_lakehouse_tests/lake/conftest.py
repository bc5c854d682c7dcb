"""An emulator of AWS for the cases that hold for both profiles."""

from bio_lakehouse_tests.aws.conftest import moto_address, on_dynamo

__all__ = ["moto_address", "on_dynamo"]
