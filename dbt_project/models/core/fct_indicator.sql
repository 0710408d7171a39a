-- A merged cell may place several lines at one position: they are told apart by their order.
select
    {{ key_of([
        'indicator.document_sha256', 'indicator.table_ordinal', 'indicator.row', 'indicator.col',
        'row_number() over (partition by indicator.document_sha256, indicator.table_ordinal, indicator.row, indicator.col '
        ~ 'order by indicator.level_3, indicator.target_text)'
    ]) }} as indicator_key,
    document.disclosure_key,
    indicator.document_sha256,
    indicator.page,
    indicator.table_ordinal,
    indicator.row,
    indicator.col,
    nullif(indicator.pro_code, '') as pro_code,
    indicator.project_name,
    indicator.level_1,
    indicator.level_2,
    indicator.level_3,
    indicator.description,
    indicator.target_text,
    indicator.basis
from {{ ref('stg_indicator') }} as indicator
inner join {{ ref('int_document') }} as document on indicator.document_sha256 = document.document_sha256
