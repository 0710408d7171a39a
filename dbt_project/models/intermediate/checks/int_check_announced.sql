-- I28 and I29: what a document says that it holds, and what it holds: the tables of its list of contents, the
-- performance forms that the text says are published, and tables that a note says are empty. What may be there, only
-- not read, or in another file, proves nothing; a table without figures needs no note.
with announced as (
    select
        edition.edition_key,
        announced.page,
        announced.title,
        announced.table_type,
        announced.caption_line_ordinal is not null as is_printed_again
    from {{ ref('stg_announced_table') }} as announced
    inner join {{ ref('int_edition') }} as edition on announced.document_sha256 = edition.document_sha256
    where announced.table_type <> 'unrecognised'
),

holding as (
    select
        edition_key,
        list(distinct table_type) as table_types,
        bool_or(table_type = 'unrecognised') as has_unknown_table
    from {{ ref('int_table') }}
    group by edition_key
),

-- Pages that are pictures, cells that are no text: what stands there is not known.
unread as (
    select distinct edition.edition_key
    from {{ ref('stg_notice') }} as notice
    inner join {{ ref('int_edition') }} as edition on notice.document_sha256 = edition.document_sha256
    where
        notice.kind in (
            'embedded_part', 'not_text', 'picture', 'scan_no_text', 'scan_skipped', 'scan_unreadable', 'scanned_page',
            'unreadable_page'
        )
),

found as (
    select
        announced.*,
        coalesce(list_contains(holding.table_types, announced.table_type), false) as is_there,
        coalesce(holding.has_unknown_table, false) or unread.edition_key is not null as has_unknown_part
    from announced
    left join holding on announced.edition_key = holding.edition_key
    left join unread on announced.edition_key = unread.edition_key
),

contents as (
    select
        *,
        count(*) over same_document as tables,
        count(*) filter (where is_there) over same_document as tables_there
    from found
    window same_document as (partition by edition_key)
),

-- A form counts also where the name of its project could not be read.
form as (
    select
        edition_key,
        min(table_ordinal) as table_ordinal,
        count(
            distinct concat_ws('|', table_ordinal, pro_code, coalesce(nullif(project_name, ''), cast(row as varchar)))
        ) as forms,
        sum(budget_yuan) as budget_yuan,
        sum(0.005 * {{ yuan_per('unit') }}) as half_yuan,
        bool_and(budget_yuan is not null) as has_budgets
    from ({{ rows_by_edition('stg_project') }}) as project
    where table_type = 'project_performance'
    group by edition_key
),

-- What the text says first of the forms: their number, and the money behind them.
said as (
    select
        edition_key,
        any_value(sentence) as sentence,
        any_value(value_text || unit) filter (where metric = 'performance_published') as count_text,
        any_value(value) filter (where metric = 'performance_published') as forms,
        any_value(value_text || unit) filter (where metric = 'performance_published_budget') as budget_text,
        any_value(amount_yuan) filter (where metric = 'performance_published_budget') as budget_yuan,
        any_value(0.5 * step_yuan) filter (where metric = 'performance_published_budget') as half_yuan
    from {{ ref('int_statement') }}
    where metric in ('performance_published', 'performance_published_budget') and comparison = ''
    group by edition_key, sentence
    qualify row_number() over (partition by edition_key order by min(ordinal)) = 1
),

published as (
    select
        said.*,
        form.table_ordinal,
        form.forms as forms_there,
        form.budget_yuan as budget_there_yuan,
        form.half_yuan + said.half_yuan as envelope_yuan,
        form.has_budgets,
        unread.edition_key is null as is_whole
    from said
    inner join form on said.edition_key = form.edition_key
    left join unread on said.edition_key = unread.edition_key
)

select
    'I28' as check_id,
    edition_key,
    '目录 · ' || title as subject,
    concat_ws(
        '; ', title || coalesce(' on page ' || page, ''), tables_there || ' of ' || tables || ' tables are there'
    ) as detail,
    if(is_there, true, null) as is_held,
    not is_printed_again and not has_unknown_part and 2 * tables_there >= tables as is_evaluable,
    case
        when 2 * tables_there < tables then 'most of the tables that are announced are not in this file'
        when is_printed_again then 'its title is printed again, and no table was read under it'
        else 'not everything in this file was recognised'
    end as reason,
    'source' as cause
from contents
union all by name
select
    'I28' as check_id,
    edition_key,
    table_ordinal,
    '正文 · 公开的项目绩效目标 · 个数' as subject,
    count_text || '; ' || forms_there || ' forms | ' || sentence as detail,
    if(forms = forms_there, true, null) as is_held,
    is_whole as is_evaluable,
    'not everything in this file could be read' as reason,
    'source' as cause
from published
where forms is not null
union all by name
select
    'I28' as check_id,
    edition_key,
    table_ordinal,
    '正文 · 公开的项目绩效目标 · 金额' as subject,
    budget_yuan as expected_yuan,
    budget_there_yuan as found_yuan,
    envelope_yuan,
    budget_text || '; ' || forms_there || ' forms of ' || budget_there_yuan || ' (元) | ' || sentence as detail,
    is_whole and has_budgets as is_evaluable,
    'not everything in this file could be read' as reason,
    'source' as cause
from published
where budget_yuan is not null
union all by name
select
    'I29' as check_id,
    noted.edition_key,
    noted.table_ordinal,
    noted.table_title || ' · ' || noted.empty_note as subject,
    0 as expected_yuan,
    max(abs(coalesce(amount.amount_yuan, 0))) as found_yuan,
    0 as envelope_yuan,
    coalesce(
        count(amount.amount_key) || ' amounts: '
        || string_agg(amount.item_label || ' ' || amount.value_text, '; ' order by amount.row, amount.col),
        'no amounts'
    ) as detail,
    -- 此表如无数字则表示… explains a table that is empty, and does not say that it is.
    not regexp_matches(noted.empty_note, '如(果)?(无|没有|为空)|若(无|没有|为空)') as is_evaluable,
    'source' as cause
from {{ ref('int_table') }} as noted
left join {{ ref('int_amount') }} as amount
    on noted.edition_key = amount.edition_key and noted.table_ordinal = amount.table_ordinal
where noted.empty_note is not null
group by noted.edition_key, noted.table_ordinal, noted.table_title, noted.empty_note
