// Derived from the standard's conformance tests; see Vectors.swift.

extension Vectors {
    static let stringsExt = ###"""
        'tacocat'.charAt(3)  ⇒  "o"
        'tacocat'.charAt(7)  ⇒  ""
        '©αT'.charAt(0) == '©' && '©αT'.charAt(1) == 'α' && '©αT'.charAt(2) == 'T'  ⇒  true
        'tacocat'.indexOf('')  ⇒  0
        'tacocat'.indexOf('ac')  ⇒  1
        'tacocat'.indexOf('none') == -1  ⇒  true
        'tacocat'.indexOf('', 3) == 3  ⇒  true
        'tacocat'.indexOf('a', 3) == 5  ⇒  true
        'tacocat'.indexOf('at', 3) == 5  ⇒  true
        'ta©o©αT'.indexOf('©') == 2  ⇒  true
        'ta©o©αT'.indexOf('©', 3) == 4  ⇒  true
        'ta©o©αT'.indexOf('©αT', 3) == 4  ⇒  true
        'ta©o©αT'.indexOf('©α', 5) == -1  ⇒  true
        'ijk'.indexOf('k') == 2  ⇒  true
        'hello wello'.indexOf('hello wello') == 0  ⇒  true
        'hello wello'.indexOf('ello', 6) == 7  ⇒  true
        'hello wello'.indexOf('elbo room!!') == -1  ⇒  true
        ''.lastIndexOf('@@') == -1  ⇒  true
        'tacocat'.lastIndexOf('') == 7  ⇒  true
        'tacocat'.lastIndexOf('at') == 5  ⇒  true
        'tacocat'.lastIndexOf('none') == -1  ⇒  true
        'tacocat'.lastIndexOf('', 3) == 3  ⇒  true
        'tacocat'.lastIndexOf('a', 3) == 1  ⇒  true
        'ta©o©αT'.lastIndexOf('©') == 4  ⇒  true
        'ta©o©αT'.lastIndexOf('©', 3) == 2  ⇒  true
        'ta©o©αT'.lastIndexOf('©α', 4) == 4  ⇒  true
        'hello wello'.lastIndexOf('ello', 6) == 1  ⇒  true
        'hello wello'.lastIndexOf('low') == -1  ⇒  true
        'hello wello'.lastIndexOf('elbo room!!') == -1  ⇒  true
        'hello wello'.lastIndexOf('hello wello') == 0  ⇒  true
        'bananananana'.lastIndexOf('nana', 7) == 6  ⇒  true
        'TacoCat'.lowerAscii() == 'tacocat'  ⇒  true
        'TacoCÆt'.lowerAscii() == 'tacocÆt'  ⇒  true
        'TacoCÆt Xii'.lowerAscii() == 'tacocÆt xii'  ⇒  true
        'tacoCat'.upperAscii() == 'TACOCAT'  ⇒  true
        'tacoCαt'.upperAscii() == 'TACOCαT'  ⇒  true
        'TacoCÆt Xii'.upperAscii() == 'TACOCÆT XII'  ⇒  true
        '12 days 12 hours'.replace('{0}', '2') == '12 days 12 hours'  ⇒  true
        '{0} days {0} hours'.replace('{0}', '2') == '2 days 2 hours'  ⇒  true
        '{0} days {0} hours'.replace('{0}', '2', 1).replace('{0}', '23') == '2 days 23 hours'  ⇒  true
        '1 ©αT taco'.replace('αT', 'o©α') == '1 ©o©α taco'  ⇒  true
        'hello world'.split(' ') == ['hello', 'world']  ⇒  true
        'hello world events!'.split(' ', 0) == []  ⇒  true
        'hello world events!'.split(' ', 1) == ['hello world events!']  ⇒  true
        'o©o©o©o'.split('©', -1) == ['o', 'o', 'o', 'o']  ⇒  true
        'tacocat'.substring(4) == 'cat'  ⇒  true
        'tacocat'.substring(7) == ''  ⇒  true
        'tacocat'.substring(0, 4) == 'taco'  ⇒  true
        'tacocat'.substring(4, 4) == ''  ⇒  true
        'ta©o©αT'.substring(2, 6) == '©o©α'  ⇒  true
        'ta©o©αT'.substring(7, 7) == ''  ⇒  true
        ' \f\n\r\t\vtext  '.trim() == 'text'  ⇒  true
        '\u0085\u00a0\u1680text'.trim() == 'text'  ⇒  true
        'text\u2000\u2001\u2002\u2003\u2004\u2004\u2006\u2007\u2008\u2009'.trim() == 'text'  ⇒  true
        '\u200atext\u2028\u2029\u202F\u205F\u3000'.trim() == 'text'  ⇒  true
        '\u180etext\u200b\u200c\u200d\u2060\ufeff'.trim() == '\u180etext\u200b\u200c\u200d\u2060\ufeff'  ⇒  true
        ['x', 'y'].join() == 'xy'  ⇒  true
        ['x', 'y'].join('-') == 'x-y'  ⇒  true
        [].join() == ''  ⇒  true
        [].join('-') == ''  ⇒  true
        strings.quote("first\nsecond") == "\"first\\nsecond\""  ⇒  true
        strings.quote("bell\a") == "\"bell\\a\""  ⇒  true
        strings.quote("\bbackspace") == "\"\\bbackspace\""  ⇒  true
        strings.quote("\fform feed") == "\"\\fform feed\""  ⇒  true
        strings.quote("carriage \r return") == "\"carriage \\r return\""  ⇒  true
        strings.quote("horizontal tab\t") == "\"horizontal tab\\t\""  ⇒  true
        strings.quote("vertical \v tab") == "\"vertical \\v tab\""  ⇒  true
        strings.quote("double \\\\ slash") == "\"double \\\\\\\\ slash\""  ⇒  true
        strings.quote("two escape sequences \\a\\n") == "\"two escape sequences \\\\a\\\\n\""  ⇒  true
        strings.quote("verbatim") == "\"verbatim\""  ⇒  true
        strings.quote("ends with \\") == "\"ends with \\\\\""  ⇒  true
        strings.quote("\\ starts with") == "\"\\\\ starts with\""  ⇒  true
        strings.quote("printable unicode😀") == "\"printable unicode😀\""  ⇒  true
        strings.quote("mid string \" quote") == "\"mid string \\\" quote\""  ⇒  true
        strings.quote('single-quote with "double quote"') == "\"single-quote with \\\"double quote\\\"\""  ⇒  true
        strings.quote("size('ÿ')") == "\"size('ÿ')\""  ⇒  true
        strings.quote("size('πέντε')") == "\"size('πέντε')\""  ⇒  true
        strings.quote("завтра") == "\"завтра\""  ⇒  true
        strings.quote("\U0001F431\U0001F600\U0001F61B")  ⇒  "\"🐱😀😛\""
        strings.quote("ta©o©αT") == "\"ta©o©αT\""  ⇒  true
        strings.quote("")  ⇒  "\"\""
        "no substitution".format([])  ⇒  "no substitution"
        "str is %s and some more".format(["filler"])  ⇒  "str is filler and some more"
        "%% and also %%".format([])  ⇒  "% and also %"
        "%%%s%%".format(["text"])  ⇒  "%text%"
        "%s%%".format(["percent on the right"])  ⇒  "percent on the right%"
        "%%%s".format(["percent on the left"])  ⇒  "%percent on the left"
        "%d %d %d, %s %s %s, %d %d %d, %s %s %s".format([1, 2, 3, "A", "B", "C", 4, 5, 6, "D", "E", "F"])  ⇒  "1 2 3, A B C, 4 5 6, D E F"
        "%%escaped %s%%".format(["percent"])  ⇒  "%escaped percent%"
        "%.3f".format([1.2345])  ⇒  "1.234"
        "this is 5 in binary: %b".format([5])  ⇒  "this is 5 in binary: 101"
        "unsigned 64 in binary: %b".format([uint(64)])  ⇒  "unsigned 64 in binary: 1000000"
        "bit set from bool: %b".format([true])  ⇒  "bit set from bool: 1"
        "%o".format([11])  ⇒  "13"
        "this is an unsigned octal: %o".format([uint(65535)])  ⇒  "this is an unsigned octal: 177777"
        "%x is 20 in hexadecimal".format([30])  ⇒  "1e is 20 in hexadecimal"
        "%X is 20 in hexadecimal".format([30])  ⇒  "1E is 20 in hexadecimal"
        "%X is 6000 in hexadecimal".format([uint(6000)])  ⇒  "1770 is 6000 in hexadecimal"
        "%x".format(["Hello world!"])  ⇒  "48656c6c6f20776f726c6421"
        "%X".format(["Hello world!"])  ⇒  "48656C6C6F20776F726C6421"
        "%x".format([b"byte string"])  ⇒  "6279746520737472696e67"
        "%X".format([b"byte string"])  ⇒  "6279746520737472696E67"
        "%.6e".format([1052.032911275])  ⇒  "1.052033e+03"
        "%f".format([2.71828])  ⇒  "2.718280"
        "%e".format([2.71828])  ⇒  "2.718280e+00"
        "%e".format([double("NaN")])  ⇒  "NaN"
        "%e".format([double("Infinity")])  ⇒  "Infinity"
        "%e".format([double("-Infinity")])  ⇒  "-Infinity"
        "%f".format([double("NaN")])  ⇒  "NaN"
        "%f".format([double("Infinity")])  ⇒  "Infinity"
        "%f".format([double("-Infinity")])  ⇒  "-Infinity"
        "%d".format([uint(64)])  ⇒  "64"
        "%s".format([null])  ⇒  "null"
        "%s".format([999999999999])  ⇒  "999999999999"
        "%s".format([b"xyz"])  ⇒  "xyz"
        "%s".format([type("test string")])  ⇒  "string"
        "%s".format([timestamp("2023-02-03T23:31:20+00:00")])  ⇒  "2023-02-03T23:31:20Z"
        "%s".format([duration("1h45m47s")])  ⇒  "6347s"
        "%s, %s".format([true, false])  ⇒  "true, false"
        "%s".format([dyn("a string")])  ⇒  "a string"
        "%s, %s".format([dyn(32), dyn(56.8)])  ⇒  "32, 56.8"
        "%d".format([dyn(128)])  ⇒  "128"
        "%d".format([dyn(256u)])  ⇒  "256"
        "%x".format([dyn(22)])  ⇒  "16"
        "%X".format([dyn(26)])  ⇒  "1A"
        "%x".format([dyn(500u)])  ⇒  "1f4"
        "%.3f".format([dyn(4.5)])  ⇒  "4.500"
        "%e".format([dyn(2.71828)])  ⇒  "2.718280e+00"
        "%s".format([dyn(timestamp("2009-11-10T23:00:00Z"))])  ⇒  "2009-11-10T23:00:00Z"
        "%s".format([dyn(duration("8747s"))])  ⇒  "8747s"
        str_var.format(["filler"])  ⇒  "filler"  ⊢  str_var = "%s"
        str_var.format([1, 2, 3, "A", "B", "C", 4, 5, 6, "D", "E", "F"])  ⇒  "1 2 3, A B C, 4 5 6, D E F"  ⊢  str_var = "%d %d %d, %s %s %s, %d %d %d, %s %s %s"
        str_var.format(["text"])  ⇒  "%text%"  ⊢  str_var = "%%%s%%"
        str_var.format([1.2345])  ⇒  "1.234"  ⊢  str_var = "%.3f"
        str_var.format([5])  ⇒  "101"  ⊢  str_var = "%b"
        str_var.format([1052.032911275])  ⇒  "1.052033e+03"  ⊢  str_var = "%.6e"
        str_var.format([2.71828])  ⇒  "2.718280"  ⊢  str_var = "%f"
        "%.0f".format([123.000000])  ⇒  "123"
        "%.0f".format([3.5001])  ⇒  "4"
        "%.0f".format([3.4999])  ⇒  "3"
        "%.0f".format([1.5])  ⇒  "2"
        "%.0f".format([2.5])  ⇒  "2"
        "%.3f".format([123.4999])  ⇒  "123.500"
        "%.3f".format([123.4994])  ⇒  "123.499"
        "%.3f".format([-123.4999])  ⇒  "-123.500"
        "%.3f".format([-123.4994])  ⇒  "-123.499"
        "%.5f".format([-1.2])  ⇒  "-1.20000"
        ~"%a".format([1])  ⇒  !
        ~"%d %d %d".format([0, 1])  ⇒  !
        ~"string is %b".format(["abc"])  ⇒  !
        ~"%d".format([duration("30m2s")])  ⇒  !
        ~"octal: %o".format(["a string"])  ⇒  !
        ~"double is %x".format([0.5])  ⇒  !
        ~"double is %E".format([0.5])  ⇒  !
        ~"null: %d".format([null])  ⇒  !
        ~"null: %e".format([null])  ⇒  !
        ~"null: %f".format([null])  ⇒  !
        ~"null: %x".format([null])  ⇒  !
        ~"null: %X".format([null])  ⇒  !
        ~"null: %b".format([null])  ⇒  !
        ~"null: %o".format([null])  ⇒  !
        'tacocat'.charAt(30) == ''  ⇒  !
        'tacocat'.lastIndexOf('a', -1) == -1  ⇒  !
        'tacocat'.substring(40) == 'cat'  ⇒  !
        'tacocat'.substring(-1) == 'cat'  ⇒  !
        'tacocat'.substring(1, 50) == 'cat'  ⇒  !
        'tacocat'.substring(49, 50) == 'cat'  ⇒  !
        'tacocat'.substring(4, 3) == ''  ⇒  !
        ~42.charAt(2) == ''  ⇒  !
        ~'hello'.charAt(true) == ''  ⇒  !
        ~24.indexOf('2') == 0  ⇒  !
        ~'hello'.indexOf(true) == 1  ⇒  !
        ~42.indexOf('4', 0) == 0  ⇒  !
        ~'42'.indexOf(4, 0) == 0  ⇒  !
        ~'42'.indexOf('4', '0') == 0  ⇒  !
        ~'42'.indexOf('4', 0, 1) == 0  ⇒  !
        ~42.split('2') == ['4']  ⇒  !
        ~42.replace(2, 1) == '41'  ⇒  !
        ~'42'.replace(2, 1) == '41'  ⇒  !
        ~'42'.replace('2', 1) == '41'  ⇒  !
        ~42.replace('2', '1', 1) == '41'  ⇒  !
        ~'42'.replace(2, '1', 1) == '41'  ⇒  !
        ~'42'.replace('2', 1, 1) == '41'  ⇒  !
        ~'42'.replace('2', '1', '1') == '41'  ⇒  !
        ~'42'.replace('2', '1', 1, false) == '41'  ⇒  !
        ~42.split('') == ['4', '2']  ⇒  !
        ~'42'.split(2) == ['4']  ⇒  !
        ~42.split('2', '1') == ['4']  ⇒  !
        ~'42'.split(2, 1) == ['4']  ⇒  !
        ~'42'.split('2', '1') == ['4']  ⇒  !
        ~'42'.split('2', 1, 1) == ['4']  ⇒  !
        ~'hello'.substring(1, 2, 3) == ''  ⇒  !
        ~30.substring(true, 3) == ''  ⇒  !
        ~'tacocat'.substring(true, 3) == ''  ⇒  !
        ~'tacocat'.substring(0, false) == ''  ⇒  !
        ''.reverse() == ''  ⇒  true
        '☺'.reverse() == '☺'  ⇒  true
        'Ta©oCαt'.reverse() == 'tαCo©aT'  ⇒  true
        """###
}
