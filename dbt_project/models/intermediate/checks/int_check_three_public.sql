-- I11: 三公 = 出国 + 用车 + 接待; 用车 = 购置 + 运行, in each column (items as rows) or row and period (items as headers).
with item as (
    select
        amount.*,
        replace(item.item, 'three_public.', '') as item,
        if(item.is_row, 'col ' || amount.col, 'row ' || amount.row || ' ' || coalesce(amount.period, '')) as equation,
        if(item.is_row, amount.column_path, coalesce(nullif(amount.item_label, ''), amount.period, '')) as place
    from {{ ref('int_amount') }} as amount
    inner join {{ ref('int_amount_item') }} as item on amount.amount_key = item.amount_key
    where amount.table_type = 'three_public'
    qualify row_number() over (
        partition by amount.edition_key, amount.table_ordinal, item.item, equation order by amount.row, amount.col
    ) = 1
),

-- noqa: disable=LT02
-- The rule of indentation does not know loops.
gathered as (
    select
        edition_key,
        table_ordinal,
        equation,
        any_value(table_title) as table_title,
        any_value(place) as place,
        bool_or(item in ('conference', 'training')) as is_wider,
        bool_or(item = 'vehicle') as has_vehicle,
        {%- for name, items in {
            'part': "'abroad', 'reception'", 'vehicle': "'vehicle'", 'use': "'vehicle_purchase', 'vehicle_running'"
        }.items() %}
        sum(amount_yuan) filter (where item in ({{ items }})) as {{ name }}_yuan,
        sum(half_step_yuan) filter (where item in ({{ items }})) as {{ name }}_half_yuan,
        string_agg(coalesce(nullif(row_label, ''), column_label) || ' ' || value_text, ' + ' order by row, col)
            filter (where item in ({{ items }})) as {{ name }}_text,
        {%- endfor %}
        any_value(unit) as unit
    from item
    group by edition_key, table_ordinal, equation
),

total as (
    select
        'I11' as check_id,
        total.edition_key,
        total.table_ordinal,
        concat_ws(
            ' · ', total.table_title, nullif(total.item_label, ''), '三公 = 出国 + 用车 + 接待', nullif(total.place, '')
        ) as subject,
        coalesce(parts.part_yuan, 0) + coalesce(parts.vehicle_yuan, parts.use_yuan, 0) as expected_yuan,
        total.amount_yuan as found_yuan,
        total.half_step_yuan + coalesce(parts.part_half_yuan, 0)
        + coalesce(parts.vehicle_half_yuan, parts.use_half_yuan, 0) as envelope_yuan,
        total.value_text || '; ' || concat_ws(' + ', parts.part_text, coalesce(parts.vehicle_text, parts.use_text))
        || ' (' || total.unit || ')' as detail,
        coalesce(parts.part_yuan, parts.vehicle_yuan, parts.use_yuan) is not null as is_evaluable
    from item as total
    inner join gathered as parts
        on
            total.edition_key = parts.edition_key
            and total.table_ordinal = parts.table_ordinal
            and total.equation = parts.equation
    where total.item = 'total' or (total.item = 'plain_total' and not parts.is_wider)
)

select * from total
union all
select
    'I11' as check_id,
    edition_key,
    table_ordinal,
    concat_ws(' · ', table_title, '用车 = 购置 + 运行', nullif(place, '')) as subject,
    use_yuan as expected_yuan,
    vehicle_yuan as found_yuan,
    vehicle_half_yuan + use_half_yuan as envelope_yuan,
    vehicle_text || '; ' || use_text || ' (' || unit || ')' as detail,
    true as is_evaluable
from gathered
where has_vehicle and vehicle_yuan is not null and use_yuan is not null
