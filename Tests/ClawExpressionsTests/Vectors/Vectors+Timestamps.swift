// Derived from the standard's conformance tests; see Vectors.swift.

extension Vectors {
    static let timestamps = ###"""
        int(timestamp('2009-02-13T23:31:30Z'))  ⇒  1234567890
        string(timestamp('2009-02-13T23:31:30Z'))  ⇒  "2009-02-13T23:31:30Z"
        string(timestamp('9999-12-31T23:59:59.999999999Z'))  ⇒  "9999-12-31T23:59:59.999999999Z"
        type(timestamp('2009-02-13T23:31:30Z'))  ⇒  google.protobuf.Timestamp
        string(duration('1000000s'))  ⇒  "1000000s"
        type(duration('1000000s'))  ⇒  google.protobuf.Duration
        timestamp('2009-02-13T23:31:30Z').getDate()  ⇒  13
        timestamp('2009-02-13T23:31:30Z').getDayOfMonth()  ⇒  12
        timestamp('2009-02-13T23:31:30Z').getDayOfWeek()  ⇒  5
        timestamp('2009-02-13T23:31:30Z').getDayOfYear()  ⇒  43
        timestamp('2009-02-13T23:31:30Z').getFullYear()  ⇒  2009
        timestamp('2009-02-13T23:31:30Z').getHours()  ⇒  23
        timestamp('2009-02-13T23:31:20.123456789Z').getMilliseconds()  ⇒  123
        timestamp('2009-02-13T23:31:30Z').getMinutes()  ⇒  31
        timestamp('2009-02-13T23:31:30Z').getMonth()  ⇒  1
        timestamp('2009-02-13T23:31:30Z').getSeconds()  ⇒  30
        timestamp('2009-02-13T23:31:30Z').getDate('Australia/Sydney')  ⇒  14
        timestamp('2009-02-13T23:31:30Z').getDayOfMonth('US/Central')  ⇒  12
        timestamp('2009-02-13T23:31:30Z').getDayOfMonth('+11:00')  ⇒  13
        timestamp('2009-02-13T02:00:00Z').getDayOfMonth('-02:30')  ⇒  11
        timestamp('2009-02-13T02:00:00Z').getDayOfMonth('America/St_Johns')  ⇒  11
        timestamp('2009-02-13T23:31:30Z').getDayOfWeek('UTC')  ⇒  5
        timestamp('2009-02-13T23:31:30Z').getDayOfYear('US/Central')  ⇒  43
        timestamp('2009-02-13T23:31:30Z').getFullYear('-09:30')  ⇒  2009
        timestamp('2009-02-13T23:31:30Z').getHours('02:00')  ⇒  1
        timestamp('2009-02-13T23:31:30Z').getMinutes('Asia/Kathmandu')  ⇒  16
        timestamp('2009-02-13T23:31:30Z').getMonth('UTC')  ⇒  1
        timestamp('2009-02-13T23:31:30Z').getSeconds('-00:00')  ⇒  30
        timestamp('2009-02-13T23:31:30Z') == timestamp('2009-02-13T23:31:30Z')  ⇒  true
        timestamp('2009-02-13T23:31:29Z') == timestamp('2009-02-13T23:31:30Z')  ⇒  false
        timestamp('1945-05-07T02:41:00Z') != timestamp('1945-05-07T02:41:00Z')  ⇒  false
        timestamp('2000-01-01T00:00:00Z') != timestamp('2001-01-01T00:00:00Z')  ⇒  true
        duration('123s') == duration('123s')  ⇒  true
        duration('60s') == duration('3600s')  ⇒  false
        duration('604800s') != duration('604800s')  ⇒  false
        duration('86400s') != duration('86164s')  ⇒  true
        timestamp('2009-02-13T23:00:00Z') + duration('240s') == timestamp('2009-02-13T23:04:00Z')  ⇒  true
        duration('120s') + timestamp('2009-02-13T23:01:00Z') == timestamp('2009-02-13T23:03:00Z')  ⇒  true
        duration('600s') + duration('50s') == duration('650s')  ⇒  true
        timestamp('0001-01-01T00:00:01.000000001Z') + duration('-999999999ns') == timestamp('0001-01-01T00:00:00.000000002Z')  ⇒  true
        timestamp('0001-01-01T00:00:01.999999999Z') + duration('999999999ns') == timestamp('0001-01-01T00:00:02.999999998Z')  ⇒  true
        timestamp('2009-02-13T23:10:00Z') - duration('600s') == timestamp('2009-02-13T23:00:00Z')  ⇒  true
        timestamp('2009-02-13T23:31:00Z') - timestamp('2009-02-13T23:29:00Z') == duration('120s')  ⇒  true
        duration('900s') - duration('42s') == duration('858s')  ⇒  true
        timestamp('2009-02-13T23:00:00Z') <= timestamp('2009-02-13T23:00:00Z')  ⇒  true
        timestamp('2009-02-13T23:00:00Z') <= timestamp('2009-02-13T22:59:59Z')  ⇒  false
        duration('200s') <= duration('200s')  ⇒  true
        duration('300s') <= duration('200s')  ⇒  false
        timestamp('2009-02-13T23:00:00Z') < timestamp('2009-03-13T23:00:00Z')  ⇒  true
        duration('200s') < duration('300s')  ⇒  true
        timestamp('2009-02-13T23:00:00Z') >= timestamp('2009-02-13T23:00:00Z')  ⇒  true
        timestamp('2009-02-13T22:58:00Z') >= timestamp('2009-02-13T23:00:00Z')  ⇒  false
        duration('200s') >= duration('200s')  ⇒  true
        duration('120s') >= duration('200s')  ⇒  false
        timestamp('2009-02-13T23:59:00Z') > timestamp('2009-02-13T23:00:00Z')  ⇒  true
        duration('300s') > duration('200s')  ⇒  true
        duration('10000s').getHours()  ⇒  2
        duration('3730s').getMinutes()  ⇒  62
        duration('3730s').getSeconds()  ⇒  3730
        timestamp('0000-01-01T00:00:00Z')  ⇒  !
        timestamp(-62135596801)  ⇒  !
        timestamp('10000-01-01T00:00:00Z')  ⇒  !
        timestamp(253402300800)  ⇒  !
        timestamp('0001-01-01T00:00:00Z') + duration('-1s')  ⇒  !
        timestamp('9999-12-31T23:59:59Z') + duration('1s')  ⇒  !
        timestamp('9999-12-31T23:59:59.999999999Z') + duration('1ns')  ⇒  !
        timestamp('0001-01-01T00:00:00Z') + duration('-1ns')  ⇒  !
        timestamp('9999-12-31T23:59:59Z') - timestamp('0001-01-01T00:00:00Z')  ⇒  !
        timestamp('0001-01-01T00:00:00Z') - timestamp('9999-12-31T23:59:59Z')  ⇒  !
        duration('-320000000000s')  ⇒  !
        duration('320000000000s')  ⇒  !
        duration('-200000000000s') + duration('-200000000000s')  ⇒  !
        duration('200000000000s') + duration('200000000000s')  ⇒  !
        duration('-200000000000s') - duration('200000000000s')  ⇒  !
        duration('200000000000s') - duration('-200000000000s')  ⇒  !
        """###
}
