-- I24: what the budget by class of the government gives to institutions (50501 wages, 50502 goods) is what the items by
-- function give to them. Which items are of institutions and which of authorities, their names say
-- (seeds/linked_item.csv); an item that does not say leaves a difference open. Social insurance and housing are left
-- out of wages: their items are of both.
with functional as (
    select
        coded.edition_key,
        coded.table_ordinal,
        coded.table_title,
        coded.item_code,
        coded.row_label,
        coded.amount_yuan,
        coded.half_step_yuan,
        coded.item_label || ' ' || coded.value_text as text,
        coded.row,
        if(coded.column_label = '工资福利支出', 'wages', 'goods') as equation,
        coded.column_label <> '商品和服务支出' as has_capital
    from {{ ref('int_code_row') }} as coded
    where
        coded.table_type = 'general_public_expenditure'
        and coded.classification = 'function'
        and coded.is_leaf_code
        and coded.period_rank = 0
        and coalesce(coded.phase, 'budget') = 'budget'
        and contains(coded.column_path, '基本支出')
        and regexp_matches(coded.column_label, '^(工资福利支出|商品和服务支出|(日常)?公用(经费|支出))$')
    qualify row_number() over (
        partition by coded.edition_key, coded.table_ordinal, coded.row, equation order by has_capital, coded.col
    ) = 1
),

named as (
    select
        functional.*,
        link.equation as owner
    from functional
    left join {{ ref('linked_item') }} as link
        on
            link.check_id = 'I24'
            and link.item = 'function_name'
            and regexp_matches(functional.row_label, link.pattern)
    where functional.equation = 'goods' or not regexp_matches(functional.item_code, '^(208..(05|06|99)|210|221)')
),

found as (
    select
        edition_key,
        equation,
        min(table_ordinal) as table_ordinal,
        min(table_title) as table_title,
        coalesce(sum(amount_yuan) filter (where owner = 'institution'), 0) as amount_yuan,
        coalesce(sum(half_step_yuan) filter (where owner = 'institution'), 0) as half_yuan,
        string_agg(text, ' + ' order by row) filter (where owner = 'institution') as text,
        bool_or(has_capital) as has_capital,
        bool_and(owner is not null or amount_yuan = 0) and min(table_ordinal) = max(table_ordinal) as is_known
    from named
    group by edition_key, equation
),

economic as (
    select
        item.edition_key,
        item.table_ordinal,
        item.table_title,
        item.amount_yuan,
        item.half_step_yuan,
        if(starts_with(item.item_code, '3'), item.item_code, '') as dep_code,
        if(starts_with(item.item_code_2, '5'), item.item_code_2, item.item_code) as gov_code
    from {{ ref('int_basic_item') }} as item
    where item.row_role = 'leaf'
),

given as (
    select
        found.edition_key,
        found.equation,
        any_value(economic.table_title) as table_title,
        sum(economic.amount_yuan) as amount_yuan,
        sum(economic.half_step_yuan) as half_yuan,
        count(*) as lines,
        bool_and(found.equation = 'goods' or economic.dep_code <> '') as is_known
    from found
    inner join economic
        on
            found.edition_key = economic.edition_key
            and (
                (found.equation = 'goods' and economic.gov_code = '50502')
                or (found.equation = 'goods' and found.has_capital and starts_with(economic.gov_code, '506'))
                or (
                    found.equation = 'wages'
                    and economic.gov_code = '50501'
                    and not regexp_matches(economic.dep_code, '^301(0[89]|1[0-3])$')
                )
            )
    group by found.edition_key, found.equation
)

select
    'I24' as check_id,
    found.edition_key,
    found.table_ordinal,
    found.table_title || ' · 事业 · ' || if(found.equation = 'wages', '工资福利支出', '商品和服务支出') || ' = '
    || given.table_title || ' · ' || if(found.equation = 'wages', '50501', '50502') as subject,
    given.amount_yuan as expected_yuan,
    found.amount_yuan as found_yuan,
    found.half_yuan + given.half_yuan as envelope_yuan,
    coalesce(found.text, 'no such item') || '; ' || given.lines || ' lines, ' || given.amount_yuan || ' (元)' as detail,
    found.is_known and given.is_known as is_evaluable,
    'the names of some items do not say whether they are of institutions' as reason,
    -- Two ways to sort the same money.
    'definition' as cause
from found
inner join given on found.edition_key = given.edition_key and found.equation = given.equation
