-- Every identity in every place where its operands are printed. A check of the family int_check_* gives what was
-- expected, what is printed and how far rounding can move them; status and cause follow here, once.
with no_check as (
    select
        cast(null as boolean) as is_held,
        cast(null as varchar) as cause,
        cast(null as varchar) as reason
    where false
),

evaluated as (
    {% for check in [
        'summary', 'rollup', 'nature', 'across', 'three_public', 'linked_item', 'institution', 'total', 'form', 'listing',
        'prose', 'change', 'announced',
    ] -%}
        select * from {{ ref('int_check_' ~ check) }}
        union all by name
    {% endfor -%}
    select * from no_check
),

judged as (
    select
        *,
        found_yuan - expected_yuan as delta_yuan,
        case
            -- Where money alone does not decide: at least as much, a share, a count.
            when coalesce(is_held, abs(found_yuan - expected_yuan) <= envelope_yuan) then 'held'
            when is_evaluable then 'failed'
            else 'not_evaluated'
        end as status
    from evaluated
),

-- Tables of which the reader had to say something; what is not named here touches no cell.
noticed as (
    select distinct
        read.edition_key,
        read.table_ordinal
    from {{ ref('int_table') }} as read
    inner join {{ ref('int_edition') }} as edition on read.edition_key = edition.edition_key
    inner join {{ ref('stg_notice') }} as notice
        on
            edition.document_sha256 = notice.document_sha256
            and (
                read.table_ordinal = notice.table_ordinal
                or (
                    notice.table_ordinal is null
                    and notice.page between read.page and coalesce(read.last_page, read.page)
                )
            )
    where
        notice.kind not in (
            'watermark', 'running_title', 'roles_by_sums', 'hidden_sheet', 'member_read', 'embedded_part'
        )
),

-- What other failures say about a cause: a table in which many identities fail was misread; a difference that
-- several tables of a document repeat to the yuan stands in the document.
context as (
    select
        *,
        count(*) filter (where status = 'failed' and abs(delta_yuan) > 3 * envelope_yuan)
            over same_table as table_failures,
        count(*) over same_table as table_checks,
        count(*) filter (where status = 'failed') over same_table_and_delta as same_in_table,
        count(*) filter (where status = 'failed') over same_delta as same_in_document,
        (edition_key, table_ordinal) in (
            select
                cell.edition_key,
                cell.table_ordinal
            from {{ ref('int_cell') }} as cell
            where cell.confidence is not null
        ) as is_recognised,
        (edition_key, table_ordinal) in (
            select
                noticed.edition_key,
                noticed.table_ordinal
            from noticed
        ) as is_noticed
    from judged
    window
        same_table as (partition by edition_key, table_ordinal),
        same_delta as (partition by edition_key, check_id, delta_yuan),
        same_table_and_delta as (partition by edition_key, check_id, delta_yuan, table_ordinal)
),

result as (
    select
        edition_key,
        table_ordinal,
        check_id,
        subject,
        status,
        case
            when delta_yuan = 0 or status = 'not_evaluated' or (is_held and status = 'held') then null
            -- A few units in the last digit: rounded more than once on the way.
            when abs(delta_yuan) <= 3 * envelope_yuan then 'rounding'
            when cause is not null then cause
            -- The same digits with the decimal point elsewhere.
            when found_yuan * expected_yuan > 0 and abs(log10(found_yuan / expected_yuan)) in (1, 2, 3)
                then 'extraction'
            when table_failures >= 5 and table_failures * 5 >= table_checks then 'extraction'
            when same_in_document > same_in_table then 'source'
            -- Optical recognition takes one digit for another; int_cell says which amounts are in doubt.
            when is_recognised then 'extraction'
            -- Every figure was taken from the text of the file itself, and the reader saw nothing odd.
            when not is_noticed then 'source'
            else 'unknown'
        end as cause,
        if(status = 'not_evaluated', null, expected_yuan) as expected_yuan,
        if(status = 'not_evaluated', null, found_yuan) as found_yuan,
        if(status = 'not_evaluated', null, delta_yuan) as delta_yuan,
        if(status = 'not_evaluated', null, envelope_yuan) as envelope_yuan,
        if(status = 'not_evaluated', coalesce(reason, 'the operands cannot be told for certain') || ': ', '')
        || detail as detail
    from context
),

printed_table as (
    select
        edition_key,
        table_ordinal,
        table_type,
        any_value(table_title) as table_title
    from {{ ref('int_cell') }}
    group by all
),

-- A table that the identity speaks of is there, with amounts, and nothing could be compared.
silent as (
    select
        printed_table.edition_key,
        printed_table.table_ordinal,
        scope.check_id,
        printed_table.table_title as subject,
        'not_evaluated' as status,
        'the operands are not printed in this table' as detail
    from printed_table
    inner join {{ ref('check_identity') }} as scope
        on list_contains(string_split(scope.due_in, ' '), printed_table.table_type)
    where
        (
            printed_table.edition_key,
            scope.check_id,
            if(scope.within = 'table', printed_table.table_ordinal, 0)
        ) not in (
            select
                result.edition_key,
                result.check_id,
                unnest([0, coalesce(result.table_ordinal, 0)]) as table_ordinal
            from result
        )
),

every as (
    select * from result
    union all by name
    select * from silent
),

-- Rows of one name (two units' 办公费) are told apart by their order.
complete as (
    select
        *,
        row_number() over (
            partition by edition_key, table_ordinal, check_id, subject order by detail, found_yuan
        ) as occurrence
    from every
)

select
    {{ key_of([
        'complete.edition_key', 'complete.table_ordinal', 'complete.check_id', 'complete.subject',
        'complete.occurrence'
    ]) }} as check_result_key,
    complete.edition_key,
    complete.table_ordinal,
    complete.check_id,
    identity.statement,
    complete.subject,
    complete.status,
    complete.cause,
    cast(complete.expected_yuan as decimal(20, 2)) as expected_yuan,
    cast(complete.found_yuan as decimal(20, 2)) as found_yuan,
    cast(complete.delta_yuan as decimal(20, 2)) as delta_yuan,
    cast(complete.envelope_yuan as decimal(20, 6)) as envelope_yuan,
    complete.detail
from complete
inner join {{ ref('check_identity') }} as identity on complete.check_id = identity.check_id
