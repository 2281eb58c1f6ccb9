"""Lists with pages: iterators that follow the links of each page, and read some pages ahead."""

from hostway_email.pagination.page import Page, WalkSummary
from hostway_email.pagination.pager import AsyncPager

__all__ = ["AsyncPager", "Page", "WalkSummary"]
