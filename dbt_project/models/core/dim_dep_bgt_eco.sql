{{ classification_codes('dep_bgt_eco') }}
