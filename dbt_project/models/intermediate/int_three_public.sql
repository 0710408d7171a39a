-- Every amount of the 三公 tables that is one of its items, whether items are rows or headers.
select
    amount.amount_key,
    amount.edition_key,
    amount.table_ordinal,
    replace(item.item, 'three_public.', '') as item,
    amount.fund_type,
    amount.period,
    amount.amount_yuan,
    -- Of several columns (funds, years) the one of all funds in the disclosure's own year; of units their total.
    row_number() over (
        partition by amount.edition_key, amount.table_ordinal, item.item
        order by
            amount.period_rank, amount.fund_rank, amount.nature_rank, amount.row_role = 'total' desc,
            amount.row, amount.col
    ) = 1 and amount.period_rank < 9 as is_headline
from {{ ref('int_amount') }} as amount
inner join {{ ref('int_amount_item') }} as item on amount.amount_key = item.amount_key
where amount.table_type = 'three_public'
