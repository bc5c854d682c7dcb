"""A plugin of pytest: Acme's scale stands in the register of sources before anything else is
imported."""

from bio_lakehouse.sources import registry
from bio_lakehouse_tests.made_up_vendor.source import ACME_SCALE

registry.SOURCES.append(ACME_SCALE)
