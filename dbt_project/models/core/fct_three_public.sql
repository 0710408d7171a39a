-- Every amount of the 三公 tables that is one of its items, whether items are rows or headers.
{{ standing('int_three_public') }}
