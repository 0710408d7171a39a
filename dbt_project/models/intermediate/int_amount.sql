-- Amounts with what later models ask of them: comparable labels, the printed precision, ranks of their column.
-- A table that goes on under a header of its own (`continues_ordinal`) is one with its beginning here: its rows follow
-- those of the parts before it. Where exactly an amount stands, `fct_amount` says.
with amount as (
    select
        amount.* replace (
            -- Of what nature and which money a column is: none, where section rows say it of their rows.
            {%- for said in ['nature', 'fund_type'] %}
                case
                    when
                        min(coalesce(amount.{{ said }}, '')) over in_column
                        = max(coalesce(amount.{{ said }}, '')) over in_column
                        then amount.{{ said }}
                end as {{ said }},
            {%- endfor %}
            coalesce(part.continues_ordinal, amount.table_ordinal) as table_ordinal,
            amount.row + 100000 * (amount.table_ordinal - coalesce(part.continues_ordinal, amount.table_ordinal)) as row
        ),
        edition.phase,
        {{ bare_label('amount.item_label') }} as row_label,
        -- The header that names the column; a trailing 小计 or 合计 belongs to the header above it.
        {{ bare_label("regexp_extract(amount.column_path, '([^/]+?)(/(小计|合计))*$', 1)") }} as column_label,
        regexp_matches(amount.column_path, '(^|/)(小计|合计|总计)$') as is_subtotal_column,
        {{ yuan_per('amount.unit') }} as unit_yuan,
        length(regexp_extract(replace(amount.value_text, '．', '.'), '\.([0-9]+)', 1)) as decimals
    from {{ ref('int_cell') }} as amount
    inner join {{ ref('int_edition') }} as edition on amount.edition_key = edition.edition_key
    left join {{ ref('int_table') }} as part
        on amount.edition_key = part.edition_key and amount.table_ordinal = part.table_ordinal
    window in_column as (partition by amount.edition_key, amount.table_ordinal, amount.col)
)

select
    *,
    -- Half of the last printed digit: how far the true amount may lie from the printed one.
    cast(0.5 * unit_yuan / pow(10, decimals) as decimal(20, 6)) as half_step_yuan,
    case coalesce(fund_type, '?') when 'all' then 0 when '?' then 1 else 2 end as fund_rank,
    case coalesce(nature, '?') when 'all' then 0 when '?' then 1 else 2 end as nature_rank,
    -- A header that names no period means the table's own.
    case
        when period is null or period = if(phase = 'final_account', 'current_execution', 'current_budget') then 0
        when starts_with(period, 'current') then 1
        else 9
    end as period_rank
from amount
