-- A merged cell may place several lines at one position: they are told apart by their order.
select
    {{ key_of([
        'line.document_sha256', 'line.table_ordinal', 'line.row', 'line.col',
        'row_number() over (partition by line.document_sha256, line.table_ordinal, line.row, line.col '
        ~ 'order by line.item_label, line.amount_yuan)'
    ]) }} as asset_key,
    document.disclosure_key,
    line.document_sha256,
    line.page,
    line.table_ordinal,
    line.row,
    line.col,
    line.item_label,
    cast(line.quantity as decimal(24, 6)) as quantity,
    cast(line.amount_yuan as decimal(20, 2)) as amount_yuan,
    line.row_role
from {{ ref('stg_asset') }} as line
inner join {{ ref('int_document') }} as document on line.document_sha256 = document.document_sha256
