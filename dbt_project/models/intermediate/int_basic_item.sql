select amount.*
from {{ ref('int_amount') }} as amount
inner join {{ ref('int_column') }} as headline
    on
        {{ in_column('amount', 'headline') }}
        and headline.is_representative
        and headline.nature in ('all', 'basic')
where
    amount.table_type = 'general_public_basic_expenditure'
    and amount.row_role <> 'of_which'
    and coalesce(amount.phase, 'budget') = 'budget'
-- 合计 before 基本支出 where a table prints both.
qualify
    row_number() over (
        partition by amount.edition_key, amount.table_ordinal, amount.row order by headline.nature, amount.col
    ) = 1
    and amount.table_ordinal = min(amount.table_ordinal) over (partition by amount.edition_key)
