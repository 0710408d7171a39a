-- I04 (function) and I07 (economic): a printed code is the sum of the printed codes below it, the total that of the
-- topmost ones, in each column of each table. A table of leaf rows has nothing to check but its total. Economic tables
-- that print names only: a class is the sum of the rows below it, up to the next class; as only the order of rows says
-- what belongs to what, a difference there proves nothing.
with row_of as (
    select
        *,
        case classification when 'function' then 'I04' else 'I07' end as check_id
    from {{ ref('int_code_row') }}
),

addend as (
    select
        check_id,
        edition_key,
        table_ordinal,
        col,
        parent_code,
        sum(amount_yuan) as expected_yuan,
        sum(half_step_yuan) as half_yuan,
        string_agg(value_text, ' + ' order by row) as text,
        bool_or(is_repeated) as is_repeated
    from row_of
    group by all
),

parent as (
    select
        check_id,
        edition_key,
        table_ordinal,
        col,
        item_code as code,
        any_value(item_label) as label,
        any_value(column_path) as column_path,
        any_value(table_title) as table_title,
        any_value(unit) as unit,
        sum(amount_yuan) as found_yuan,
        sum(half_step_yuan) as half_yuan,
        string_agg(value_text, ' + ' order by row) as text,
        bool_or(is_repeated) as is_repeated
    from row_of
    where not is_leaf_code
    group by all
),

coded_table as (
    select distinct
        check_id,
        edition_key,
        table_ordinal
    from row_of
),

total as (
    select
        coded_table.check_id,
        amount.edition_key,
        amount.table_ordinal,
        amount.col,
        amount.item_label as label,
        amount.column_path,
        amount.table_title,
        amount.unit,
        amount.amount_yuan as found_yuan,
        amount.half_step_yuan as half_yuan,
        amount.value_text as text,
        -- Several totals with different amounts: blocks of several units, each with its own.
        min(amount.amount_yuan) over same_column <> max(amount.amount_yuan) over same_column as is_repeated
    from {{ ref('int_amount') }} as amount
    inner join {{ ref('int_amount_item') }} as item on amount.amount_key = item.amount_key and item.item = 'total'
    inner join coded_table
        on amount.edition_key = coded_table.edition_key and amount.table_ordinal = coded_table.table_ordinal
    window same_column as (partition by amount.edition_key, amount.table_ordinal, amount.col)
    qualify row_number() over (
        partition by amount.edition_key, amount.table_ordinal, amount.col order by amount.row
    ) = 1
),

equation as (
    select
        parent.*,
        addend.expected_yuan,
        addend.half_yuan as addends_half_yuan,
        addend.text as addends_text,
        addend.is_repeated as has_repeated_addend
    from parent
    left join addend
        on
            parent.check_id = addend.check_id
            and parent.edition_key = addend.edition_key
            and parent.table_ordinal = addend.table_ordinal
            and parent.col = addend.col
            and parent.code = addend.parent_code
    union all by name
    select
        total.*,
        '' as code,
        addend.expected_yuan,
        addend.half_yuan as addends_half_yuan,
        addend.text as addends_text,
        addend.is_repeated as has_repeated_addend
    from total
    left join addend
        on
            total.check_id = addend.check_id
            and total.edition_key = addend.edition_key
            and total.table_ordinal = addend.table_ordinal
            and total.col = addend.col
            and addend.parent_code is null
),

-- Economic tables without any code.
named as (
    select amount.*
    from {{ ref('int_amount') }} as amount
    where
        amount.table_type = 'general_public_basic_expenditure'
        and amount.row_role in ('leaf', 'subtotal')
        and amount.item_label <> ''
        and (amount.edition_key, amount.table_ordinal) not in (
            select
                coded.edition_key,
                coded.table_ordinal
            from {{ ref('int_code_row') }} as coded
        )
),

-- A class may be blank in a column and its rows too: the class of a row is the last one printed in any column.
class as (
    select distinct
        edition_key,
        table_ordinal,
        row as class_row
    from named
    where row_role = 'subtotal'
),

placed as (
    select
        named.*,
        class.class_row
    from named
    inner join class
        on
            named.edition_key = class.edition_key
            and named.table_ordinal = class.table_ordinal
            and named.row >= class.class_row
    qualify class.class_row = max(class.class_row) over (
        partition by named.edition_key, named.table_ordinal, named.row
    )
),

class_sum as (
    select
        edition_key,
        table_ordinal,
        any_value(table_title) as table_title,
        any_value(column_path) as column_path,
        any_value(unit) as unit,
        any_value(item_label) filter (where row_role = 'subtotal') as label,
        any_value(value_text) filter (where row_role = 'subtotal') as text,
        any_value(amount_yuan) filter (where row_role = 'subtotal') as found_yuan,
        coalesce(sum(amount_yuan) filter (where row_role = 'leaf'), 0) as expected_yuan,
        sum(half_step_yuan) as envelope_yuan,
        string_agg(value_text, ' + ' order by row) filter (where row_role = 'leaf') as addends_text
    from placed
    group by edition_key, table_ordinal, col, class_row
    having found_yuan is not null
)

select
    check_id,
    edition_key,
    table_ordinal,
    table_title || ' · ' || trim(code || ' ' || label) || ' · ' || column_path as subject,
    coalesce(expected_yuan, 0) as expected_yuan,
    found_yuan,
    half_yuan + coalesce(addends_half_yuan, 0) as envelope_yuan,
    text || '; ' || coalesce(addends_text, 'no addend is printed') || ' (' || unit || ')' as detail,
    not is_repeated and not coalesce(has_repeated_addend, false) as is_evaluable
from equation
union all
select
    'I07' as check_id,
    edition_key,
    table_ordinal,
    table_title || ' · ' || label || ' · ' || column_path as subject,
    expected_yuan,
    found_yuan,
    envelope_yuan,
    text || '; ' || coalesce(addends_text, 'no addend is printed') || ' (' || unit || ')' as detail,
    false as is_evaluable
from class_sum
