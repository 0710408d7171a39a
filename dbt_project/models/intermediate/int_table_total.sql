-- The total row of each table without sides: one amount per nature.
select
    amount.edition_key,
    amount.table_ordinal,
    amount.table_type,
    amount.table_title,
    amount.phase,
    headline.nature,
    amount.amount_yuan,
    amount.half_step_yuan,
    amount.value_text,
    amount.unit
from {{ ref('int_amount') }} as amount
inner join {{ ref('int_amount_item') }} as item on amount.amount_key = item.amount_key and item.item = 'total'
inner join {{ ref('int_column') }} as headline
    on
        {{ in_column('amount', 'headline') }}
        and headline.is_representative
qualify row_number() over (
    partition by amount.edition_key, amount.table_ordinal, headline.nature order by amount.row
) = 1
