-- I25 and I26: figures in the prose against the tables, and shares and rates of growth against the figures beside them.
with statement as (
    select * from {{ ref('int_statement') }}
),

measure as (
    select
        measure.edition_key,
        measure.measure,
        measure.amount_yuan,
        amount.half_step_yuan,
        amount.table_ordinal,
        amount.table_title,
        amount.item_label,
        amount.value_text,
        amount.unit
    from {{ ref('int_measure') }} as measure
    inner join {{ ref('int_amount') }} as amount on measure.amount_key = amount.amount_key
),

repeated as (
    select
        'I25' as check_id,
        statement.edition_key,
        measure.table_ordinal,
        '正文 · ' || statement.metric || ' = ' || measure.table_title || ' · ' || measure.item_label as subject,
        measure.amount_yuan as expected_yuan,
        statement.amount_yuan as found_yuan,
        0.5 * statement.step_yuan + measure.half_step_yuan as envelope_yuan,
        statement.value_text || statement.unit || '; ' || measure.value_text || ' ' || measure.unit || ' | '
        || statement.sentence as detail,
        abs(statement.amount_yuan - measure.amount_yuan)
        <= least(10 * statement.step_yuan, 0.01 * measure.amount_yuan) as is_evaluable,
        'far apart: the sentence may speak of a part, another fund or another year' as reason,
        null as is_held
    from statement
    inner join measure on statement.edition_key = measure.edition_key and statement.metric = measure.measure
    where statement.comparison = '' and statement.amount_yuan is not null
),

-- 占 x %: of the largest figure in the same sentence, or of a total that stands elsewhere.
share as (
    select
        part.edition_key,
        part.metric,
        part.value,
        part.value_text,
        part.sentence,
        part.step_yuan as step,
        arg_max(figure.amount_yuan, figure.ordinal) filter (where figure.metric = part.metric) as amount_yuan,
        max(figure.amount_yuan) as whole_yuan
    from statement as figure
    inner join statement as part
        on
            figure.edition_key = part.edition_key
            and figure.sentence = part.sentence
            and figure.ordinal < part.ordinal
            and figure.comparison = ''
            and figure.amount_yuan is not null
    where part.comparison = 'share' and part.unit = '%' and part.value is not null
    group by
        part.edition_key, part.ordinal, part.metric, part.value, part.value_text, part.sentence, part.step_yuan
),

total as (
    select
        edition_key,
        amount_yuan
    from measure
    where measure in ('revenue_total', 'expenditure_total', 'basic', 'project')
    union
    select
        edition_key,
        amount_yuan
    from statement
    where
        comparison = ''
        and amount_yuan > 0
        and regexp_matches(metric, '(revenue|expenditure)(_total)?$|^(three_public|procurement|basic)$')
),

totals as (
    select
        edition_key,
        list(amount_yuan) filter (where amount_yuan > 0) as amounts
    from total
    group by edition_key
),

whole as (
    select
        share.*,
        list_append(coalesce(totals.amounts, []), share.whole_yuan) as wholes
    from share
    left join totals on share.edition_key = totals.edition_key
    where share.amount_yuan is not null and share.whole_yuan > 0
),

recomputed as (
    select
        *,
        list_min(list_transform(wholes, yuan -> abs(100.0 * amount_yuan / yuan - value))) as distance
    from whole
),

-- 比上年增加 a 万元，增长 x %: of what is left without the change.
growth as (
    select
        rate.edition_key,
        rate.metric,
        rate.value,
        rate.value_text,
        rate.sentence,
        rate.comparison,
        rate.step_yuan as step,
        count(distinct now.amount_yuan) = 1 and count(distinct change.amount_yuan) = 1 as is_single,
        max(now.amount_yuan) as now_yuan,
        max(change.amount_yuan) as change_yuan,
        max(change.step_yuan) as change_step_yuan
    from statement as rate
    inner join statement as now
        on
            rate.edition_key = now.edition_key
            and rate.sentence = now.sentence
            and rate.metric = now.metric
            and now.comparison = ''
            and now.amount_yuan is not null
    inner join statement as change
        on
            rate.edition_key = change.edition_key
            and rate.sentence = change.sentence
            and rate.metric = change.metric
            and rate.comparison = change.comparison
            and change.amount_yuan is not null
    where rate.comparison in ('increase', 'decrease') and rate.unit = '%' and rate.value is not null
    group by
        rate.edition_key, rate.ordinal, rate.metric, rate.value, rate.value_text, rate.sentence, rate.comparison,
        rate.step_yuan
),

based as (
    select
        *,
        now_yuan + if(comparison = 'increase', -change_yuan, change_yuan) as base_yuan
    from growth
)

select * from repeated
union all by name
select
    'I26' as check_id,
    edition_key,
    '正文 · 占比 · ' || metric as subject,
    value_text || '%; ' || round(100.0 * amount_yuan / whole_yuan, 4) || ' % | ' || sentence as detail,
    'its whole does not stand beside it' as reason,
    if(distance <= 1.5 * step, 'rounding', 'source') as cause,
    whole_yuan > amount_yuan and distance <= 1 as is_evaluable,
    distance <= 0.5 * step + 0.001 as is_held
from recomputed
union all by name
select
    'I26' as check_id,
    edition_key,
    '正文 · 增长率 · ' || metric as subject,
    value_text || '%; ' || round(100.0 * change_yuan / base_yuan, 4) || ' % | ' || sentence as detail,
    if(abs(100.0 * change_yuan / base_yuan - value) <= 1.5 * step, 'rounding', 'source') as cause,
    is_single as is_evaluable,
    abs(100.0 * change_yuan / base_yuan - value) <= 0.5 * step + 50.0 * change_step_yuan / base_yuan + 0.001 as is_held
from based
where base_yuan > 0
