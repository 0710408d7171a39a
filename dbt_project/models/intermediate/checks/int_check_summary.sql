-- I01, I02, I03: the summaries with two sides (收支总表, 财政拨款收支总表).
with known as (
    select
        amount.*,
        item.item,
        class.code as class_code,
        min(amount.row) filter (where item.item like '%_this_year' and regexp_matches(amount.row_label, '(合计|小计|总计)$'))
            over (partition by amount.edition_key, amount.table_ordinal, amount.side) as closing_row
    from {{ ref('int_amount') }} as amount
    left join {{ ref('int_amount_item') }} as item on amount.amount_key = item.amount_key
    left join {{ ref('function_class') }} as class
        on
            item.item is null
            and amount.side = 'expenditure'
            and regexp_matches(amount.row_label, class.pattern)
    where
        amount.table_type in ('revenue_expenditure_summary', 'fiscal_appropriation_summary')
        and amount.side is not null
),

-- Between 本年收入合计 and 收入总计 some provinces print sources that others print above it: only there are they added.
line as (
    select
        * replace (if(item[:5] = 'late_' and row <= coalesce(closing_row, row), null, item) as item),
        row > closing_row as is_after_closing
    from known
),

headline as (
    select line.*
    from line
    inner join {{ ref('int_column') }} as headline
        on
            {{ in_column('line', 'headline') }}
            and headline.nature = 'all'
            and headline.is_representative
    where line.item in ('revenue_total', 'expenditure_total')
    qualify row_number() over (
        partition by line.edition_key, line.table_ordinal, line.item order by line.row desc
    ) = 1
),

balance as (
    select
        'I01' as check_id,
        revenue.edition_key,
        revenue.table_ordinal,
        revenue.table_title || ' · 收入总计 = 支出总计' as subject,
        revenue.amount_yuan as expected_yuan,
        expenditure.amount_yuan as found_yuan,
        revenue.half_step_yuan + expenditure.half_step_yuan as envelope_yuan,
        revenue.item_label || ' ' || revenue.value_text || ' ' || revenue.unit || '; '
        || expenditure.item_label || ' ' || expenditure.value_text || ' ' || expenditure.unit as detail,
        true as is_evaluable
    from headline as revenue
    inner join headline as expenditure
        on
            revenue.edition_key = expenditure.edition_key
            and revenue.table_ordinal = expenditure.table_ordinal
            and revenue.item = 'revenue_total'
            and expenditure.item = 'expenditure_total'
),

-- Rows of one column and side, gathered.
gathered as (
    select
        edition_key,
        table_ordinal,
        side,
        col,
        any_value(table_title) as table_title,
        any_value(column_path) as column_path,
        any_value(unit) as unit,
        arg_min(amount_yuan, row) filter (where item like '%_this_year') as year_yuan,
        arg_min(half_step_yuan, row) filter (where item like '%_this_year') as year_half_yuan,
        arg_min(value_text, row) filter (where item like '%_this_year') as year_text,
        arg_min(item_label, row) filter (where item like '%_this_year') as year_label,
        arg_max(amount_yuan, row) filter (where item like '%_total') as total_yuan,
        arg_max(half_step_yuan, row) filter (where item like '%_total') as total_half_yuan,
        arg_max(value_text, row) filter (where item like '%_total') as total_text,
        arg_max(item_label, row) filter (where item like '%_total') as total_label,
        coalesce(sum(amount_yuan) filter (where regexp_matches(item, '^(carry|other|late)_')), 0) as carried_yuan,
        coalesce(sum(half_step_yuan) filter (where regexp_matches(item, '^(carry|other|late)_')), 0)
            as carried_half_yuan,
        string_agg(' + ' || item_label || ' ' || value_text, '' order by row)
        filter (where regexp_matches(item, '^(carry|other|late)_')) as carried_text,
        sum(amount_yuan) filter (where class_code is not null and row_role <> 'of_which') as class_yuan,
        sum(half_step_yuan) filter (where class_code is not null and row_role <> 'of_which') as class_half_yuan,
        string_agg(value_text, ' + ' order by row)
        filter (where class_code is not null and row_role <> 'of_which') as class_text,
        -- A row that the vocabulary does not know may be part of a sum: then a difference proves nothing.
        bool_or(item is null and class_code is null and row_role <> 'of_which') as has_unknown_row,
        bool_or(item is null and is_after_closing) as has_unknown_row_after_closing
    from line
    group by all
),

carried as (
    select
        'I02' as check_id,
        edition_key,
        table_ordinal,
        table_title || ' · ' || total_label || ' · ' || column_path as subject,
        year_yuan + carried_yuan as expected_yuan,
        total_yuan as found_yuan,
        year_half_yuan + carried_half_yuan + total_half_yuan as envelope_yuan,
        total_label || ' ' || total_text || '; ' || year_label || ' ' || year_text || coalesce(carried_text, '')
        || ' (' || unit || ')' as detail,
        not coalesce(has_unknown_row_after_closing, false) as is_evaluable
    from gathered
    where year_yuan is not null and total_yuan is not null
),

classes as (
    select
        'I03' as check_id,
        edition_key,
        table_ordinal,
        concat_ws(' · ', table_title, coalesce(year_label, total_label), column_path) as subject,
        -- Where 本年支出合计 is not printed, the classes and what is carried over make up the total.
        class_yuan + if(year_yuan is null, carried_yuan, 0) as expected_yuan,
        coalesce(year_yuan, total_yuan) as found_yuan,
        class_half_yuan + coalesce(year_half_yuan, total_half_yuan + carried_half_yuan) as envelope_yuan,
        coalesce(year_label, total_label) || ' ' || coalesce(year_text, total_text) || '; ' || class_text
        || if(year_yuan is null, coalesce(carried_text, ''), '') || ' (' || unit || ')' as detail,
        not has_unknown_row as is_evaluable
    from gathered
    where side = 'expenditure' and coalesce(year_yuan, total_yuan) is not null and class_yuan is not null
)

select * from balance
union all
select * from carried
union all
select * from classes
