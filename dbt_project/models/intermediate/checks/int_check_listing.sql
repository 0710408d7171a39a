-- I13 (a list of projects and its total), I17, I18 and I19: lists of projects, of purchases and of assets.
with amount as (
    select *
    from {{ ref('int_amount') }}
    where
        table_type in ('project_expenditure', 'project_expenditure_carryover')
        -- Prices, and amounts of other years.
        or (table_type = 'procurement' and not regexp_matches(column_path, '单价') and period_rank < 9)
),

-- The lines of one column and its total. Several totals are those of units, each of its own lines.
list as (
    select
        edition_key,
        table_ordinal,
        col,
        if(min(table_type) = 'procurement', 'I17', 'I13') as check_id,
        if(min(table_type) = 'procurement', 'lines', 'projects') as what,
        min(table_title) as table_title,
        min(column_path) as column_path,
        min(unit) as unit,
        count(*) filter (where row_role = 'total') as totals,
        arg_min(amount_yuan, row) filter (where row_role = 'total') as total_yuan,
        arg_min(value_text, row) filter (where row_role = 'total') as total_text,
        sum(amount_yuan) filter (where row_role = 'leaf') as lines_yuan,
        count(*) filter (where row_role = 'leaf') as lines,
        sum(half_step_yuan) as half_yuan
    from amount
    where row_role in ('leaf', 'total')
    group by all
),

-- One purchase over its sources of money.
source as (
    select
        edition_key,
        table_ordinal,
        row,
        min(table_title) as table_title,
        min(item_label) as label,
        min(unit) as unit,
        arg_min(amount_yuan, col) filter (where fund_type = 'all') as all_yuan,
        arg_min(half_step_yuan, col) filter (where fund_type = 'all') as all_half_yuan,
        arg_min(value_text, col) filter (where fund_type = 'all') as all_text,
        count(*) filter (where fund_type = 'all') as alls,
        sum(amount_yuan) filter (where fund_type <> 'all') as parts_yuan,
        sum(half_step_yuan) filter (where fund_type <> 'all') as parts_half_yuan,
        string_agg(value_text, ' + ' order by col) filter (where fund_type <> 'all') as parts_text,
        bool_or(is_subtotal_column and fund_type <> 'all') or bool_or(fund_type is null) as is_nested
    from amount
    where table_type = 'procurement'
    group by all
),

purchase as (
    select
        line.*,
        title.edition_key,
        title.table_title,
        0.005 * {{ yuan_per('title.unit') }}
            as half_yuan
    from {{ ref('stg_procurement') }} as line
    inner join {{ ref('int_edition') }} as edition on line.document_sha256 = edition.document_sha256
    inner join {{ ref('int_table') }} as title
        on edition.edition_key = title.edition_key and line.table_ordinal = title.table_ordinal
    where line.quantity is not null and line.unit_price_yuan is not null and line.amount_yuan is not null
),

asset as (
    select
        edition.edition_key,
        line.table_ordinal,
        any_value(title.table_title) as table_title,
        arg_min(line.amount_yuan, line.row) filter (where line.row_role = 'total') as total_yuan,
        sum(line.amount_yuan) filter (where line.row_role = 'leaf') as lines_yuan,
        count(line.amount_yuan)
        * 0.005
        * any_value({{ yuan_per('title.unit') }})
            as half_yuan,
        arg_min(line.quantity, line.row) filter (where line.row_role = 'total') as total_count,
        sum(line.quantity) filter (where line.row_role = 'leaf') as lines_count
    from {{ ref('stg_asset') }} as line
    inner join {{ ref('int_edition') }} as edition on line.document_sha256 = edition.document_sha256
    inner join {{ ref('int_table') }} as title
        on edition.edition_key = title.edition_key and line.table_ordinal = title.table_ordinal
    group by all
    having bool_or(line.row_role = 'total')
)

select
    check_id,
    edition_key,
    table_ordinal,
    table_title || ' · 合计 = Σ ' || what || ' · ' || column_path as subject,
    lines_yuan as expected_yuan,
    total_yuan as found_yuan,
    half_yuan as envelope_yuan,
    total_text || '; ' || lines || ' ' || what || ' (' || unit || ')' as detail,
    totals = 1 as is_evaluable,
    'the list has several totals' as reason
from list
where total_yuan is not null and lines_yuan is not null
union all by name
select
    'I17' as check_id,
    edition_key,
    table_ordinal,
    table_title || ' · ' || label || ' · 合计 = Σ funds' as subject,
    parts_yuan as expected_yuan,
    all_yuan as found_yuan,
    all_half_yuan + parts_half_yuan as envelope_yuan,
    all_text || '; ' || parts_text || ' (' || unit || ')' as detail,
    not is_nested and alls = 1 as is_evaluable
from source
where all_yuan is not null and parts_yuan is not null
union all by name
select
    'I18' as check_id,
    edition_key,
    table_ordinal,
    table_title || ' · ' || item_name || ' · 数量 × 单价 = 金额' as subject,
    quantity * unit_price_yuan as expected_yuan,
    amount_yuan as found_yuan,
    -- The price is rounded, and its rounding bought as often as the thing.
    (quantity + 1) * half_yuan as envelope_yuan,
    amount_yuan || '; ' || quantity || ' × ' || unit_price_yuan || ' (元)' as detail,
    true as is_evaluable
from purchase
union all by name
select
    'I19' as check_id,
    edition_key,
    table_ordinal,
    table_title || ' · 资产总额 = Σ lines · 价值' as subject,
    lines_yuan as expected_yuan,
    total_yuan as found_yuan,
    half_yuan as envelope_yuan,
    total_yuan || '; ' || lines_yuan || ' (元)' as detail,
    true as is_evaluable
from asset
where total_yuan is not null and lines_yuan is not null
union all by name
select
    'I19' as check_id,
    edition_key,
    table_ordinal,
    table_title || ' · 资产总额 = Σ lines · 数量' as subject,
    null as expected_yuan,
    null as found_yuan,
    null as envelope_yuan,
    coalesce(total_count::varchar, 'no total is printed') || '; ' || lines_count || ' in the lines' as detail,
    true as is_evaluable,
    coalesce(total_count = lines_count, false) as is_held,
    'source' as cause
from asset
where lines_count is not null
