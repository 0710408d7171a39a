-- Tables that every disclosure has to contain (财政部 template), each with the types that meet the demand.
select
    expected,
    table_type
from {{ ref('expected_table') }}
