-- The accounting identities that documents are held to; fct_check_result says where each holds.
select
    check_id,
    statement,
    statement_zh,
    strength,
    string_split(nullif(concat_ws(' ', due_in, compared_with), ''), ' ') as table_types,
    string_split(causes, ' ') as causes
from {{ ref('check_identity') }}
