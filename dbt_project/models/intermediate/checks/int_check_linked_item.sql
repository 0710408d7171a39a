-- I12, I22 and I23: items that stand in the budget by function or in 三公, and again in the budget by economic class.
-- Which item answers to which, seeds/linked_item.csv says.
with economic as (
    select
        item.edition_key,
        item.table_ordinal,
        item.item_code as code,
        item.row_label as label,
        item.item_label,
        item.table_title,
        item.amount_yuan,
        item.half_step_yuan,
        item.value_text,
        item.unit,
        item.row
    from {{ ref('int_basic_item') }} as item
),

-- By function, of basic expenditure where the table tells it apart.
functional as (
    select
        coded.edition_key,
        coded.table_ordinal,
        coded.item_code as code,
        coded.item_label,
        coded.table_title,
        coded.amount_yuan,
        coded.half_step_yuan,
        coded.value_text,
        coded.unit,
        coded.row,
        coded.is_repeated
    from {{ ref('int_code_row') }} as coded
    inner join {{ ref('int_column') }} as headline
        on
            {{ in_column('coded', 'headline') }}
            and headline.is_representative
            and headline.nature in ('all', 'basic')
    where coded.table_type = 'general_public_expenditure' and coded.classification = 'function'
    qualify row_number() over (
        partition by coded.edition_key, coded.table_ordinal, coded.row order by headline.nature desc
    ) = 1
),

three_public as (
    select
        item.edition_key,
        item.table_ordinal,
        item.item as code,
        amount.item_label,
        amount.table_title,
        amount.amount_yuan,
        amount.half_step_yuan,
        amount.value_text,
        amount.unit,
        amount.row
    from {{ ref('int_three_public') }} as item
    inner join {{ ref('int_amount') }} as amount on item.amount_key = amount.amount_key
    where item.is_headline and amount.period_rank = 0 and coalesce(amount.phase, 'budget') = 'budget'
),

printed as (
    select
        'economic' as item,
        economic.*,
        false as is_repeated
    from economic
    union all by name
    select
        'function' as item,
        *
    from functional
    union all by name
    select
        'three_public' as item,
        *,
        false as is_repeated
    from three_public
),

linked as (
    select
        link.check_id,
        link.equation,
        link.strength,
        link.side,
        printed.*,
        concat_ws(
            ' ', if(printed.item = 'three_public', null, nullif(printed.code, '')), nullif(printed.item_label, ''),
            printed.value_text, printed.unit
        ) as text,
        -- Blocks of several units; an economic item may stand once for each class of the government's budget.
        printed.item <> 'economic' and count(*) over (
            partition by printed.edition_key, link.check_id, link.equation, link.side, link.code
        ) > 1 as is_ambiguous
    from printed
    inner join {{ ref('linked_item') }} as link
        on
            printed.item = link.item
            and (
                printed.code = link.code
                or (printed.code = '' and printed.label is not null and regexp_matches(printed.label, link.pattern))
            )
),

-- noqa: disable=LT02
-- The rule of indentation does not know loops.
gathered as (
    select
        edition_key,
        check_id,
        equation,
        min(strength) as strength,
        min(table_ordinal) filter (where side = 'found') as table_ordinal,
        min(table_title) filter (where side = 'found') as found_title,
        min(table_title) filter (where side = 'expected') as expected_title,
        bool_or(is_ambiguous or is_repeated) as is_ambiguous,
        sum(half_step_yuan) as envelope_yuan,
        list(amount_yuan) filter (where side = 'expected') as expected_amounts,
        {%- for side in ['found', 'expected'] %}
        sum(amount_yuan) filter (where side = '{{ side }}') as {{ side }}_yuan,
        string_agg(text, ' + ' order by code, row) filter (where side = '{{ side }}') as {{ side }}_text
        {{- ',' if not loop.last }}
        {%- endfor %}
    from linked
    group by edition_key, check_id, equation
)

select
    check_id,
    edition_key,
    table_ordinal,
    found_title || ' · ' || equation || if(strength = 'at_least', ' ≥ ', ' = ') || expected_title as subject,
    expected_yuan,
    found_yuan,
    envelope_yuan,
    found_text || '; ' || expected_text as detail,
    strength <> 'weak' and not is_ambiguous as is_evaluable,
    case
        when strength = 'at_least' and found_yuan >= expected_yuan then true
        -- Printed for each class of the government's budget, one of them may be all of the function.
        when list_contains(expected_amounts, found_yuan) then true
    end as is_held,
    if(strength = 'weak', 'a weak identity, whose difference proves nothing', null) as reason,
    -- Two ways to sort the same money.
    if(strength = 'strong', 'definition', null) as cause
from gathered
where found_yuan is not null and expected_yuan is not null
