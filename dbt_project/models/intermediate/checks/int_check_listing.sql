-- I13 (a list of projects and its total), I17, I18, I19 and I20: lists of projects, of purchases and of assets.
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

procurement_line as (
    select
        title.edition_key,
        title.table_ordinal,
        title.table_title,
        0.005 * {{ yuan_per('title.unit') }} as half_yuan,
        line.row,
        line.item_name,
        line.catalogue_code,
        line.quantity,
        line.unit_price_yuan,
        line.amount_yuan,
        coalesce(line.row_role, 'none') as row_role
    from {{ ref('int_table') }} as title
    inner join {{ ref('int_edition') }} as edition on title.edition_key = edition.edition_key
    left join {{ ref('stg_procurement') }} as line
        on edition.document_sha256 = line.document_sha256 and title.table_ordinal = line.table_ordinal
    where title.table_type = 'procurement'
),

purchase as (
    select *
    from procurement_line
    where quantity is not null and unit_price_yuan is not null and amount_yuan is not null
),

-- What of the purchases is fixed assets, by the catalogue of procurement; nothing where a table has no lines.
bought as (
    select
        line.edition_key,
        min(line.table_ordinal) as table_ordinal,
        min(line.table_title) as table_title,
        coalesce(sum(line.amount_yuan) filter (where fixed_asset.pattern is not null), 0) as amount_yuan,
        coalesce(sum(line.half_yuan) filter (where fixed_asset.pattern is not null), 0) as half_yuan,
        string_agg(line.item_name || ' ' || line.amount_yuan, ' + ' order by line.row)
        filter (where fixed_asset.pattern is not null) as text,
        bool_and(line.row_role <> 'leaf' or regexp_matches(line.catalogue_code, '^[ABC][0-9]{2}')) as is_coded
    from procurement_line as line
    left join {{ ref('linked_item') }} as fixed_asset
        on
            fixed_asset.check_id = 'I20'
            and fixed_asset.item = 'procurement'
            and line.row_role = 'leaf'
            and regexp_matches(line.catalogue_code, fixed_asset.pattern)
    group by line.edition_key
),

planned as (
    select
        statement.edition_key,
        bought.table_ordinal,
        bought.table_title,
        statement.amount_yuan,
        0.5 * statement.step_yuan + bought.half_yuan as envelope_yuan,
        bought.amount_yuan as bought_yuan,
        statement.value_text || statement.unit || '; ' || coalesce(bought.text || ' (元)', 'no purchase of that kind')
        || ' | ' || statement.sentence as detail,
        bought.is_coded and contains(statement.sentence, '采购') as is_evaluable
    from {{ ref('int_statement') }} as statement
    inner join bought on statement.edition_key = bought.edition_key
    inner join {{ ref('linked_item') }} as planned_asset
        on planned_asset.check_id = 'I20' and statement.metric = planned_asset.code
    where statement.comparison = '' and statement.amount_yuan is not null
    qualify row_number() over (partition by statement.edition_key order by statement.ordinal) = 1
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
union all by name
select
    'I20' as check_id,
    edition_key,
    table_ordinal,
    '正文 · 拟购置固定资产 = ' || table_title as subject,
    bought_yuan as expected_yuan,
    amount_yuan as found_yuan,
    envelope_yuan,
    detail,
    is_evaluable,
    'the text does not say that they are bought by procurement, or purchases have no codes of the catalogue' as reason,
    -- What of them is a fixed asset, the unit decides.
    'definition' as cause
from planned
