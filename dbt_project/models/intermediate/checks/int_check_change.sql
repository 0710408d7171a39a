-- I27: a change in the prose is the sum of the changes of its parts, where one sentence tells both. Which metrics are
-- the parts of which, seeds/linked_item.csv says.
with figure as (
    select
        *,
        if(comparison = 'increase', amount_yuan, -amount_yuan) as change_yuan,
        -- 基本支出减少…；项目支出减少…。 is one sentence; a sentence far below another is none of the same.
        coalesce(
            line_ordinal - lag(line_ordinal) over in_text > 5
            or (
                lag(sentence) over in_text <> sentence
                and not regexp_matches(lag(sentence) over in_text, '([；;]|其中[：:])$')
            ),
            true
        ) as begins_sentence
    from {{ ref('int_statement') }}
    window in_text as (partition by edition_key order by ordinal)
),

placed as (
    select
        *,
        count(*) filter (where begins_sentence) over (partition by edition_key order by ordinal) as full_sentence
    from figure
),

change as (
    select *
    from placed
    where comparison in ('increase', 'decrease') and change_yuan is not null
),

rule as (
    select
        equation,
        side,
        code as metric
    from {{ ref('linked_item') }}
    where check_id = 'I27'
),

-- A part belongs to the whole that stands last before it.
paired as (
    select
        rule.equation,
        part.metric as part,
        part.ordinal as part_ordinal,
        part.change_yuan as part_yuan,
        part.step_yuan as part_step_yuan,
        part.value_text || part.unit as part_text,
        whole.*
    from change as part
    inner join rule on part.metric = rule.metric and rule.side = 'expected'
    inner join rule as whole_rule on rule.equation = whole_rule.equation and whole_rule.side = 'found'
    inner join change as whole
        on
            part.edition_key = whole.edition_key
            and part.full_sentence = whole.full_sentence
            and part.ordinal > whole.ordinal
            and whole_rule.metric = whole.metric
    qualify row_number() over (
        partition by part.edition_key, part.ordinal, rule.equation order by whole.ordinal desc
    ) = 1
),

gathered as (
    select
        edition_key,
        equation,
        ordinal,
        any_value(metric) as metric,
        any_value(sentence) as sentence,
        any_value(change_yuan) as found_yuan,
        any_value(step_yuan) as step_yuan,
        any_value(value_text || unit) as text,
        sum(part_yuan) as expected_yuan,
        sum(part_step_yuan) as part_step_yuan,
        string_agg(part || ' ' || if(part_yuan < 0, '-', '+') || part_text, ' ' order by part_ordinal) as parts_text,
        count(distinct part) as parts,
        count(*) as figures
    from paired
    group by edition_key, equation, ordinal
),

every_part as (
    select
        equation,
        count(*) as parts
    from rule
    where side = 'expected'
    group by equation
)

select
    'I27' as check_id,
    gathered.edition_key,
    '正文 · 增减 · ' || gathered.metric || ' = Σ ' || gathered.equation as subject,
    gathered.expected_yuan,
    gathered.found_yuan,
    0.5 * (gathered.step_yuan + gathered.part_step_yuan) as envelope_yuan,
    if(gathered.found_yuan < 0, '-', '+') || gathered.text || '; ' || gathered.parts_text || ' | ' || gathered.sentence
        as detail,
    gathered.parts = every_part.parts and gathered.figures = every_part.parts as is_evaluable,
    'not every part of the change is told, or one of them twice' as reason,
    'source' as cause
from gathered
inner join every_part on gathered.equation = every_part.equation
