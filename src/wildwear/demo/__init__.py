"""The whole way on a rendered shop: from its export to tags on street photographs, told in one page with pictures."""
