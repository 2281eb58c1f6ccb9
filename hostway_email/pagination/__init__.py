"""Paginated lists: iterators that follow page links and read pages ahead."""

from hostway_email.pagination.page import Page, WalkSummary
from hostway_email.pagination.pager import AsyncPager

__all__ = ["AsyncPager", "Page", "WalkSummary"]
