-- Every table of every document and what it was taken for.
select
    {{ key_of(['recognised.document_sha256', 'recognised.table_ordinal']) }} as table_key,
    document.disclosure_key,
    recognised.document_sha256,
    recognised.table_ordinal,
    recognised.page,
    recognised.last_page,
    recognised.sheet,
    recognised.table_type,
    recognised.table_title,
    recognised.reason,
    recognised.unit,
    recognised.row_count,
    recognised.column_count,
    recognised.amount_count,
    recognised.empty_note
from {{ ref('stg_table') }} as recognised
inner join {{ ref('int_document') }} as document on recognised.document_sha256 = document.document_sha256
