-- Every table of every document and what it was taken for.
select
    {{ key_of(['document_sha256', 'table_ordinal']) }} as table_key,
    disclosure_key,
    document_sha256,
    table_ordinal,
    page,
    last_page,
    sheet,
    table_type,
    table_title,
    reason,
    unit,
    row_count,
    column_count,
    amount_count,
    empty_note
from ({{ standing('int_table') }}) as recognised
