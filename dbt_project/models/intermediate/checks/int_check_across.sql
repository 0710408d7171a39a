-- I06 (between tables), I08, I09, I10: the tables of one document against each other.
-- Final accounts are left out of I08 and I10: their revenue and fund tables differ by the carry-overs by design.
with code_amount as (
    select
        coded.edition_key,
        coded.table_type,
        coded.table_ordinal,
        coded.table_title,
        coded.item_code as code,
        any_value(coded.item_label) as label,
        any_value(coded.phase) as phase,
        any_value(coded.unit) as unit,
        sum(coded.amount_yuan) as amount_yuan,
        sum(coded.half_step_yuan) as half_yuan,
        bool_or(coded.is_repeated) as is_repeated
    from {{ ref('int_code_row') }} as coded
    inner join {{ ref('int_column') }} as headline
        on
            {{ in_column('coded', 'headline') }}
            and headline.nature = 'all'
            and headline.is_representative
    where coded.classification = 'function'
    group by coded.edition_key, coded.table_type, coded.table_ordinal, coded.table_title, coded.item_code
),

-- What 收入总表 prints beside its total column as carried over from the year before.
carried as (
    select
        edition_key,
        item_code as code,
        sum(amount_yuan) as carried_yuan,
        sum(half_step_yuan) as carried_half_yuan
    from {{ ref('int_code_row') }}
    where table_type = 'revenue_summary' and fund_type = 'carryover'
    group by all
),

total as (
    select * from {{ ref('int_table_total') }}
),

fiscal_total as (
    select
        amount.edition_key,
        max(amount.amount_yuan) as amount_yuan
    from {{ ref('int_amount') }} as amount
    inner join {{ ref('int_amount_item') }} as item
        on amount.amount_key = item.amount_key and item.item = 'expenditure_total'
    inner join {{ ref('int_column') }} as headline
        on
            {{ in_column('amount', 'headline') }}
            and headline.nature = 'all'
            and headline.is_representative
    where amount.table_type = 'fiscal_appropriation_summary'
    group by amount.edition_key
),

basic as (
    select
        'I06' as check_id,
        economic.edition_key,
        economic.table_ordinal,
        economic.table_title || ' · 合计 = ' || functional.table_title || ' · 基本支出' as subject,
        functional.amount_yuan as expected_yuan,
        economic.amount_yuan as found_yuan,
        functional.half_step_yuan + economic.half_step_yuan as envelope_yuan,
        concat_ws(' ', economic.value_text, economic.unit || ';', functional.value_text, functional.unit) as detail,
        true as is_evaluable
    from total as economic
    inner join total as functional
        on
            economic.edition_key = functional.edition_key
            and functional.table_type = 'general_public_expenditure'
            and functional.nature = 'basic'
    where
        economic.table_type = 'general_public_basic_expenditure'
        and economic.nature in ('all', 'basic')
        and contains(economic.table_title, '基本')
    qualify row_number() over (
        partition by economic.edition_key, economic.table_ordinal
        order by economic.nature desc, functional.table_ordinal
    ) = 1
),

-- The whole of 支出总表 is general public budget: only then must each code agree with the table of that fund.
general_public_only as (
    select distinct expenditure.edition_key
    from total as expenditure
    inner join total as general_public
        on
            expenditure.edition_key = general_public.edition_key
            and general_public.table_type = 'general_public_expenditure'
            and general_public.nature = 'all'
            and abs(expenditure.amount_yuan - general_public.amount_yuan)
            <= expenditure.half_step_yuan + general_public.half_step_yuan
    where expenditure.table_type = 'expenditure_summary' and expenditure.nature = 'all'
),

same_code as (
    select
        'I08' as check_id,
        other.edition_key,
        other.table_ordinal,
        other.table_title || ' · ' || other.code || ' ' || other.label || ' = ' || expenditure.table_title as subject,
        expenditure.amount_yuan as expected_yuan,
        -- Where the total column leaves the carry-over to its own column, both together are the code's amount.
        case
            when
                abs(other.amount_yuan + carried.carried_yuan - expenditure.amount_yuan)
                < abs(other.amount_yuan - expenditure.amount_yuan)
                then other.amount_yuan + carried.carried_yuan
            else other.amount_yuan
        end as found_yuan,
        other.half_yuan + expenditure.half_yuan + coalesce(carried.carried_half_yuan, 0) as envelope_yuan,
        other.table_title || ' ' || other.amount_yuan || '; ' || expenditure.table_title || ' '
        || expenditure.amount_yuan || ' (元)' as detail,
        not other.is_repeated and not expenditure.is_repeated as is_evaluable
    from code_amount as other
    inner join code_amount as expenditure
        on
            other.edition_key = expenditure.edition_key
            and other.code = expenditure.code
            and expenditure.table_type = 'expenditure_summary'
    left join carried
        on
            other.table_type = 'revenue_summary'
            and other.edition_key = carried.edition_key
            and other.code = carried.code
    where
        coalesce(other.phase, 'budget') = 'budget'
        and (
            other.table_type = 'revenue_summary'
            or (
                other.table_type = 'general_public_expenditure'
                and other.edition_key in (select alone.edition_key from general_public_only as alone)
            )
        )
),

-- This year's general public revenue against the table of general public expenditure. They are the same unless
-- the table of expenditure takes in what was carried over: two definitions of one name, worth knowing.
allocation as (
    select
        amount.edition_key,
        amount.table_ordinal,
        arg_min(amount.item_label, amount.row) as label,
        arg_min(amount.amount_yuan, amount.row) as amount_yuan,
        arg_min(amount.half_step_yuan, amount.row) as half_yuan,
        arg_min(amount.value_text, amount.row) as text
    from {{ ref('int_amount') }} as amount
    where
        amount.table_type = 'fiscal_appropriation_summary'
        and amount.side = 'revenue'
        and amount.row_role <> 'of_which'
        and regexp_matches(amount.row_label, '^一般公共预算(财政)?(拨款|收入|拨款收入)?$')
        and amount.period_rank = 0
    group by amount.edition_key, amount.table_ordinal
),

carry_in as (
    select
        amount.edition_key,
        max(amount.amount_yuan) as amount_yuan
    from {{ ref('int_amount') }} as amount
    inner join {{ ref('int_amount_item') }} as item on amount.amount_key = item.amount_key and item.item = 'carry_in'
    where amount.table_type = 'fiscal_appropriation_summary'
    group by amount.edition_key
),

definition as (
    select
        'I08' as check_id,
        general_public.edition_key,
        general_public.table_ordinal,
        general_public.table_title || ' · 合计 = 财政拨款收支总表 · ' || allocation.label as subject,
        allocation.amount_yuan as expected_yuan,
        general_public.amount_yuan as found_yuan,
        general_public.half_step_yuan + allocation.half_yuan as envelope_yuan,
        general_public.value_text || '; ' || allocation.label || ' ' || allocation.text || ' ('
        || general_public.unit || ')' as detail,
        abs(general_public.amount_yuan - allocation.amount_yuan - carry_in.amount_yuan)
        <= general_public.half_step_yuan + allocation.half_yuan as is_evaluable,
        'definition' as cause
    from total as general_public
    inner join allocation on general_public.edition_key = allocation.edition_key
    left join carry_in on general_public.edition_key = carry_in.edition_key
    where
        general_public.table_type = 'general_public_expenditure'
        and general_public.nature = 'all'
        and coalesce(general_public.phase, 'budget') = 'budget'
),

-- Classes of the coded tables: as printed, else the sum of their leaf rows.
class_amount as (
    select
        edition_key,
        table_type,
        table_ordinal,
        table_title,
        left(code, 3) as code,
        sum(amount_yuan) as amount_yuan,
        sum(half_yuan) as half_yuan
    from code_amount
    where
        length(code) = 3
        or (edition_key, table_ordinal, left(code, 3)) not in (
            select
                printed.edition_key,
                printed.table_ordinal,
                printed.code
            from code_amount as printed
            where length(printed.code) = 3
        )
    group by all
    -- Sections and items without a class above them: only one level may be added.
    having count(distinct length(code)) = 1
),

summary_line as (
    select
        amount.edition_key,
        amount.table_ordinal,
        amount.table_type,
        amount.table_title,
        amount.item_label,
        amount.amount_yuan,
        amount.half_step_yuan,
        amount.value_text,
        amount.unit,
        class.code
    from {{ ref('int_amount') }} as amount
    inner join {{ ref('function_class') }} as class on regexp_matches(amount.row_label, class.pattern)
    left join {{ ref('int_column') }} as headline
        on
            {{ in_column('amount', 'headline') }}
            and headline.nature = 'all'
            and headline.is_representative
    where
        amount.side = 'expenditure'
        and amount.row_role <> 'of_which'
        and (
            (amount.table_type = 'revenue_expenditure_summary' and headline.col is not null)
            or (
                amount.table_type = 'fiscal_appropriation_summary'
                and amount.fund_type = 'general_public_budget'
                and amount.period_rank = 0
            )
        )
    qualify row_number() over (
        partition by amount.edition_key, amount.table_ordinal, class.code order by amount.row, amount.col
    ) = 1
),

class_line as (
    select
        'I09' as check_id,
        line.edition_key,
        line.table_ordinal,
        line.table_title || ' · ' || line.item_label || ' = ' || coded.table_title || ' · ' || line.code as subject,
        coded.amount_yuan as expected_yuan,
        line.amount_yuan as found_yuan,
        coded.half_yuan + line.half_step_yuan as envelope_yuan,
        line.value_text || ' ' || line.unit || '; ' || coded.amount_yuan || ' (元)' as detail,
        true as is_evaluable
    from summary_line as line
    inner join class_amount as coded
        on
            line.edition_key = coded.edition_key
            and line.code = coded.code
            and coded.table_type = if(
                line.table_type = 'revenue_expenditure_summary', 'expenditure_summary', 'general_public_expenditure'
            )
),

fund as (
    select
        expenditure.edition_key,
        expenditure.table_ordinal,
        expenditure.table_title,
        expenditure.nature,
        expenditure.amount_yuan as found_yuan,
        any_value(expenditure.value_text || ' ' || expenditure.unit) as found_text,
        sum(one.amount_yuan) as expected_yuan,
        any_value(expenditure.half_step_yuan) + sum(one.half_step_yuan) as envelope_yuan,
        string_agg(one.table_title || ' ' || one.value_text, ' + ' order by one.table_ordinal) as expected_text,
        -- Money of the unit's own or of fiscal accounts has no table of its own.
        bool_or(abs(fiscal_total.amount_yuan - whole.amount_yuan) <= whole.half_step_yuan) as is_evaluable
    from total as expenditure
    inner join total as whole
        on
            expenditure.edition_key = whole.edition_key
            and expenditure.table_ordinal = whole.table_ordinal
            and whole.nature = 'all'
    inner join total as one
        on
            expenditure.edition_key = one.edition_key
            and expenditure.nature = one.nature
            and one.table_type in (
                'general_public_expenditure', 'government_fund_expenditure', 'state_capital_expenditure',
                'state_capital_revenue_expenditure', 'government_fund_revenue_expenditure'
            )
    left join fiscal_total on expenditure.edition_key = fiscal_total.edition_key
    where
        expenditure.table_type = 'expenditure_summary'
        and expenditure.nature in ('all', 'basic', 'project')
        and coalesce(expenditure.phase, 'budget') = 'budget'
    group by
        expenditure.edition_key, expenditure.table_ordinal, expenditure.table_title, expenditure.nature,
        expenditure.amount_yuan
    having bool_or(one.table_type = 'general_public_expenditure')
),

funds as (
    select
        'I10' as check_id,
        edition_key,
        table_ordinal,
        table_title || ' · 合计 = Σ funds · ' || nature as subject,
        expected_yuan,
        found_yuan,
        envelope_yuan,
        found_text || '; ' || expected_text as detail,
        coalesce(is_evaluable, false) as is_evaluable
    from fund
)

select * from basic
union all by name
select * from same_code
union all by name
select * from definition
union all by name
select * from class_line
union all by name
select * from funds
