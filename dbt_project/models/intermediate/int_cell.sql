-- Every published amount, in every edition of its document.
select
    {{ key_of(['edition_key', 'table_ordinal', 'row', 'col']) }} as amount_key,
    * replace (cast(amount_yuan as decimal(20, 2)) as amount_yuan)
from ({{ rows_by_edition('stg_amount') }}) as amount
