-- Revenue: the revenue side of the summaries and 收入总表, cell by cell.
select
    amount.amount_key,
    document.disclosure_key,
    document.document_sha256,
    amount.table_ordinal,
    amount.table_type,
    item.item as summary_item,
    amount.item_code,
    amount.item_label,
    amount.column_path,
    amount.fund_type,
    amount.period,
    amount.row_role,
    amount.amount_yuan
from {{ ref('int_amount') }} as amount
inner join {{ ref('int_document') }} as document on amount.edition_key = document.document_sha256
left join {{ ref('int_amount_item') }} as item on amount.amount_key = item.amount_key
where
    amount.side = 'revenue'
    or (
        amount.side is null
        and amount.table_type in ('revenue_summary', 'government_fund_revenue', 'state_capital_revenue')
    )
