// Derived from the standard's conformance tests; see Vectors.swift.

extension Vectors {
    static let parse = ###"""
        a[a[a[a[a[a[a[a[a[a[a[a[0]]]]]]]]]]]]  ⇒  0  ⊢  a = [0]
        int(uint(int(uint(int(uint(int(uint(int(uint(int(uint(7))))))))))))  ⇒  7
        size([[[[[[[[[[[[0]]]]]]]]]]]])  ⇒  1
        size({0: {0: {0: {0: {0: {0: {0: {0: {0: {0: {0: {0: 'foo'}}}}}}}}}}}})  ⇒  1
        ((((((((((((((((((((((((((((((((7))))))))))))))))))))))))))))))))  ⇒  7
        true ? true : true ? true : true ? true : true ? true : true ? true : true ? true : true ? true : true ? true : true ? true : true ? true : true ? true : true ? true : true ? true : true ? true : true ? true : true ? true : true ? true : true ? true : true ? true : true ? true : true ? true : true ? true : true ? true : true ? true : false  ⇒  true
        false || false || false || false || false || false || false || false || false || false || false || false || false || false || false || false || false || false || false || false || false || false || false || false || false || false || false || false || false || false || false || false || true  ⇒  true
        true && true && true && true && true && true && true && true && true && true && true && true && true && true && true && true && true && true && true && true && true && true && true && true && true && true && true && true && true && true && true && true && false  ⇒  false
        3 - 3 + 3 - 3 + 3 - 3 + 3 - 3 + 3 - 3 + 3 - 3 + 3 - 3 + 3 - 3 + 3 - 3 + 3 - 3 + 3 - 3 + 3 - 3 + 3  ⇒  3
        4 * 4 / 4 * 4 / 4 * 4 / 4 * 4 / 4 * 4 / 4 * 4 / 4 * 4 / 4 * 4 / 4 * 4 / 4 * 4 / 4 * 4 / 4 * 4 / 4  ⇒  4
        !!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!true  ⇒  true
        --------------------------------19  ⇒  19
        [[[[[[[[[[[['foo']]]]]]]]]]]][0][0][0][0][0][0][0][0][0][0][0][0]  ⇒  "foo"
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31][17]  ⇒  17
        {0: 'zero', 1: 'one', 2: 'two', 3: 'three', 4: 'four', 5: 'five', 6: 'six', 7: 'seven', 8: 'eight', 9: 'nine', 10: 'ten', 11: 'eleven', 12: 'twelve', 13: 'thirteen', 14: 'fourteen', 15: 'fifteen', 16: 'sixteen', 17: 'seventeen', 18: 'eighteen', 19: 'nineteen', 20: 'twenty', 21: 'twenty-one', 22: 'twenty-two', 23: 'twenty-three', 24: 'twenty-four', 25: 'twenty-five', 26: 'twenty-six', 27: 'twenty-seven', 28: 'twenty-eight', 29: 'twenty-nine', 30: 'thirty', 31: 'thirty-one'}[17]  ⇒  "seventeen"
        'hello'  ⇒  "hello"
        "hello"  ⇒  "hello"
        '''hello'''  ⇒  "hello"
        """hello"""  ⇒  "hello"
        ' \\ \? \" \' \` '  ⇒  " \\ ? \" ' ` "
        " \\ \? \" \' \` "  ⇒  " \\ ? \" ' ` "
        ''' \\ \? \" \' \` '''  ⇒  " \\ ? \" ' ` "
        """ \\ \? \" \' \` """  ⇒  " \\ ? \" ' ` "
        ''' ? " ' ` '''  ⇒  " ? \" ' ` "
        """ ? " ' ` """  ⇒  " ? \" ' ` "
        ' \a \b \f \t \v '  ⇒  " \u0007 \u0008 \u000c \u0009 \u000b "
        " \a \b \f \t \v "  ⇒  " \u0007 \u0008 \u000c \u0009 \u000b "
        ''' \a \b \f \t \v '''  ⇒  " \u0007 \u0008 \u000c \u0009 \u000b "
        """ \a \b \f \t \v """  ⇒  " \u0007 \u0008 \u000c \u0009 \u000b "
        ' \n '  ⇒  " \u000a "
        " \n "  ⇒  " \u000a "
        ''' \n '''  ⇒  " \u000a "
        """ \n """  ⇒  " \u000a "
        ''' ¶ '''  ⇒  " \u000a "
        """ ¶ """  ⇒  " \u000a "
        ' \r '  ⇒  " \u000d "
        " \r "  ⇒  " \u000d "
        ''' \r '''  ⇒  " \u000d "
        """ \r """  ⇒  " \u000d "
        ' \r\n '  ⇒  " \u000d\u000a "
        " \r\n "  ⇒  " \u000d\u000a "
        ''' \r\n '''  ⇒  " \u000d\u000a "
        """ \r\n """  ⇒  " \u000d\u000a "
        ' \x01 \x02 \x03 \x04 \x05 \x06 \x07 \x08 \x09 \x0B \x0C \x0E \x0F \x10 \x11 \x12 \x13 \x14 \x15 \x16 \x17 \x18 \x19 \x1A \x1B \x1C \x1D \x1E \x1f \x7F '  ⇒  " \u0001 \u0002 \u0003 \u0004 \u0005 \u0006 \u0007 \u0008 \u0009 \u000b \u000c \u000e \u000f \u0010 \u0011 \u0012 \u0013 \u0014 \u0015 \u0016 \u0017 \u0018 \u0019 \u001a \u001b \u001c \u001d \u001e \u001f \u007f "
        " \x01 \x02 \x03 \x04 \x05 \x06 \x07 \x08 \x09 \x0B \x0C \x0E \x0F \x10 \x11 \x12 \x13 \x14 \x15 \x16 \x17 \x18 \x19 \x1A \x1B \x1C \x1D \x1E \x1f \x7F "  ⇒  " \u0001 \u0002 \u0003 \u0004 \u0005 \u0006 \u0007 \u0008 \u0009 \u000b \u000c \u000e \u000f \u0010 \u0011 \u0012 \u0013 \u0014 \u0015 \u0016 \u0017 \u0018 \u0019 \u001a \u001b \u001c \u001d \u001e \u001f \u007f "
        ''' \x01 \x02 \x03 \x04 \x05 \x06 \x07 \x08 \x09 \x0B \x0C \x0E \x0F \x10 \x11 \x12 \x13 \x14 \x15 \x16 \x17 \x18 \x19 \x1A \x1B \x1C \x1D \x1E \x1f \x7F '''  ⇒  " \u0001 \u0002 \u0003 \u0004 \u0005 \u0006 \u0007 \u0008 \u0009 \u000b \u000c \u000e \u000f \u0010 \u0011 \u0012 \u0013 \u0014 \u0015 \u0016 \u0017 \u0018 \u0019 \u001a \u001b \u001c \u001d \u001e \u001f \u007f "
        """ \x01 \x02 \x03 \x04 \x05 \x06 \x07 \x08 \x09 \x0B \x0C \x0E \x0F \x10 \x11 \x12 \x13 \x14 \x15 \x16 \x17 \x18 \x19 \x1A \x1B \x1C \x1D \x1E \x1f \x7F """  ⇒  " \u0001 \u0002 \u0003 \u0004 \u0005 \u0006 \u0007 \u0008 \u0009 \u000b \u000c \u000e \u000f \u0010 \u0011 \u0012 \u0013 \u0014 \u0015 \u0016 \u0017 \u0018 \u0019 \u001a \u001b \u001c \u001d \u001e \u001f \u007f "
        ' \000 \012 \177 '  ⇒  " \u0000 \u000a \u007f "
        " \000 \012 \177 "  ⇒  " \u0000 \u000a \u007f "
        ''' \000 \012 \177 '''  ⇒  " \u0000 \u000a \u007f "
        """ \000 \012 \177 """  ⇒  " \u0000 \u000a \u007f "
        ' \x00 \x0A \x7F '  ⇒  " \u0000 \u000a \u007f "
        " \x00 \x0A \x7F "  ⇒  " \u0000 \u000a \u007f "
        ''' \x00 \x0A \x7F '''  ⇒  " \u0000 \u000a \u007f "
        """ \x00 \x0A \x7F """  ⇒  " \u0000 \u000a \u007f "
        ' \X00 \X0A \X7F '  ⇒  " \u0000 \u000a \u007f "
        " \X00 \X0A \X7F "  ⇒  " \u0000 \u000a \u007f "
        ''' \X00 \X0A \X7F '''  ⇒  " \u0000 \u000a \u007f "
        """ \X00 \X0A \X7F """  ⇒  " \u0000 \u000a \u007f "
        ' \u0000 \u000A \u007F \u0100 \uFFFB '  ⇒  " \u0000 \u000a \u007f Ā ￻ "
        " \u0000 \u000A \u007F \u0100 \uFFFB "  ⇒  " \u0000 \u000a \u007f Ā ￻ "
        ''' \u0000 \u000A \u007F \u0100 \uFFFB '''  ⇒  " \u0000 \u000a \u007f Ā ￻ "
        """ \u0000 \u000A \u007F \u0100 \uFFFB """  ⇒  " \u0000 \u000a \u007f Ā ￻ "
        ' \U00000000 \U0000000A \U0000007F \U00000100 \U0000FFFB \U00010000 \U0001F62C '  ⇒  " \u0000 \u000a \u007f Ā ￻ 𐀀 😬 "
        " \U00000000 \U0000000A \U0000007F \U00000100 \U0000FFFB \U00010000 \U0001F62C "  ⇒  " \u0000 \u000a \u007f Ā ￻ 𐀀 😬 "
        ''' \U00000000 \U0000000A \U0000007F \U00000100 \U0000FFFB \U00010000 \U0001F62C '''  ⇒  " \u0000 \u000a \u007f Ā ￻ 𐀀 😬 "
        """ \U00000000 \U0000000A \U0000007F \U00000100 \U0000FFFB \U00010000 \U0001F62C """  ⇒  " \u0000 \u000a \u007f Ā ￻ 𐀀 😬 "
        ' \x4a \x4B \X4c \X4D \u01aB \U000001aB '  ⇒  " J K L M ƫ ƫ "
        " \x4a \x4B \X4c \X4D \u01aB \U000001aB "  ⇒  " J K L M ƫ ƫ "
        ''' \x4a \x4B \X4c \X4D \u01aB \U000001aB '''  ⇒  " J K L M ƫ ƫ "
        """ \x4a \x4B \X4c \X4D \u01aB \U000001aB """  ⇒  " J K L M ƫ ƫ "
        ' \U00088888 '  ⇒  " 򈢈 "
        " \U00088888 "  ⇒  " 򈢈 "
        ''' \U00088888 '''  ⇒  " 򈢈 "
        """ \U00088888 """  ⇒  " 򈢈 "
        ' 򈢈 '  ⇒  " 򈢈 "
        " 򈢈 "  ⇒  " 򈢈 "
        ''' 򈢈 '''  ⇒  " 򈢈 "
        """ 򈢈 """  ⇒  " 򈢈 "
        r' \\ \? \" \` \a \b \f \t \v \n \r \000 \x00 \X00 \u0000 \U00000000 '  ⇒  " \\\\ \\? \\\" \\` \\a \\b \\f \\t \\v \\n \\r \\000 \\x00 \\X00 \\u0000 \\U00000000 "
        r" \\ \? \' \` \a \b \f \t \v \n \r \000 \x00 \X00 \u0000 \U00000000 "  ⇒  " \\\\ \\? \\' \\` \\a \\b \\f \\t \\v \\n \\r \\000 \\x00 \\X00 \\u0000 \\U00000000 "
        r''' \\ \? \" \' \` \a \b \f \t \v \n \r \000 \x00 \X00 \u0000 \U00000000 '''  ⇒  " \\\\ \\? \\\" \\' \\` \\a \\b \\f \\t \\v \\n \\r \\000 \\x00 \\X00 \\u0000 \\U00000000 "
        r""" \\ \? \" \' \` \a \b \f \t \v \n \r \000 \x00 \X00 \u0000 \U00000000 """  ⇒  " \\\\ \\? \\\" \\' \\` \\a \\b \\f \\t \\v \\n \\r \\000 \\x00 \\X00 \\u0000 \\U00000000 "
        R' \\ \? \" \` \a \b \f \t \v \n \r \000 \x00 \X00 \u0000 \U00000000 '  ⇒  " \\\\ \\? \\\" \\` \\a \\b \\f \\t \\v \\n \\r \\000 \\x00 \\X00 \\u0000 \\U00000000 "
        R" \\ \? \' \` \a \b \f \t \v \n \r \000 \x00 \X00 \u0000 \U00000000 "  ⇒  " \\\\ \\? \\' \\` \\a \\b \\f \\t \\v \\n \\r \\000 \\x00 \\X00 \\u0000 \\U00000000 "
        R''' \\ \? \" \' \` \a \b \f \t \v \n \r \000 \x00 \X00 \u0000 \U00000000 '''  ⇒  " \\\\ \\? \\\" \\' \\` \\a \\b \\f \\t \\v \\n \\r \\000 \\x00 \\X00 \\u0000 \\U00000000 "
        R""" \\ \? \" \' \` \a \b \f \t \v \n \r \000 \x00 \X00 \u0000 \U00000000 """  ⇒  " \\\\ \\? \\\" \\' \\` \\a \\b \\f \\t \\v \\n \\r \\000 \\x00 \\X00 \\u0000 \\U00000000 "
        b'hello'  ⇒  b"hello"
        b"hello"  ⇒  b"hello"
        b'''hello'''  ⇒  b"hello"
        b"""hello"""  ⇒  b"hello"
        b' \\ \? \" \' \` '  ⇒  b" \x5c ? \x22 ' ` "
        b" \\ \? \" \' \` "  ⇒  b" \x5c ? \x22 ' ` "
        b''' \\ \? \" \' \` '''  ⇒  b" \x5c ? \x22 ' ` "
        b""" \\ \? \" \' \` """  ⇒  b" \x5c ? \x22 ' ` "
        b''' ? " ' ` '''  ⇒  b" ? \x22 ' ` "
        b""" ? " ' ` """  ⇒  b" ? \x22 ' ` "
        b' \a \b \f \t \v '  ⇒  b" \x07 \x08 \x0c \x09 \x0b "
        b" \a \b \f \t \v "  ⇒  b" \x07 \x08 \x0c \x09 \x0b "
        b''' \a \b \f \t \v '''  ⇒  b" \x07 \x08 \x0c \x09 \x0b "
        b""" \a \b \f \t \v """  ⇒  b" \x07 \x08 \x0c \x09 \x0b "
        b' \n '  ⇒  b" \x0a "
        b" \n "  ⇒  b" \x0a "
        b''' \n '''  ⇒  b" \x0a "
        b""" \n """  ⇒  b" \x0a "
        b''' ¶ '''  ⇒  b" \x0a "
        b""" ¶ """  ⇒  b" \x0a "
        b' \r '  ⇒  b" \x0d "
        b" \r "  ⇒  b" \x0d "
        b''' \r '''  ⇒  b" \x0d "
        b""" \r """  ⇒  b" \x0d "
        b' \r\n '  ⇒  b" \x0d\x0a "
        b" \r\n "  ⇒  b" \x0d\x0a "
        b''' \r\n '''  ⇒  b" \x0d\x0a "
        b""" \r\n """  ⇒  b" \x0d\x0a "
        b' \x01 \x02 \x03 \x04 \x05 \x06 \x07 \x08 \x09 \x0B \x0C \x0E \x0F \x10 \x11 \x12 \x13 \x14 \x15 \x16 \x17 \x18 \x19 \x1A \x1B \x1C \x1D \x1E \x1f \x7F '  ⇒  b" \x01 \x02 \x03 \x04 \x05 \x06 \x07 \x08 \x09 \x0b \x0c \x0e \x0f \x10 \x11 \x12 \x13 \x14 \x15 \x16 \x17 \x18 \x19 \x1a \x1b \x1c \x1d \x1e \x1f \x7f "
        b" \x01 \x02 \x03 \x04 \x05 \x06 \x07 \x08 \x09 \x0B \x0C \x0E \x0F \x10 \x11 \x12 \x13 \x14 \x15 \x16 \x17 \x18 \x19 \x1A \x1B \x1C \x1D \x1E \x1f \x7F "  ⇒  b" \x01 \x02 \x03 \x04 \x05 \x06 \x07 \x08 \x09 \x0b \x0c \x0e \x0f \x10 \x11 \x12 \x13 \x14 \x15 \x16 \x17 \x18 \x19 \x1a \x1b \x1c \x1d \x1e \x1f \x7f "
        b''' \x01 \x02 \x03 \x04 \x05 \x06 \x07 \x08 \x09 \x0B \x0C \x0E \x0F \x10 \x11 \x12 \x13 \x14 \x15 \x16 \x17 \x18 \x19 \x1A \x1B \x1C \x1D \x1E \x1f \x7F '''  ⇒  b" \x01 \x02 \x03 \x04 \x05 \x06 \x07 \x08 \x09 \x0b \x0c \x0e \x0f \x10 \x11 \x12 \x13 \x14 \x15 \x16 \x17 \x18 \x19 \x1a \x1b \x1c \x1d \x1e \x1f \x7f "
        b""" \x01 \x02 \x03 \x04 \x05 \x06 \x07 \x08 \x09 \x0B \x0C \x0E \x0F \x10 \x11 \x12 \x13 \x14 \x15 \x16 \x17 \x18 \x19 \x1A \x1B \x1C \x1D \x1E \x1f \x7F """  ⇒  b" \x01 \x02 \x03 \x04 \x05 \x06 \x07 \x08 \x09 \x0b \x0c \x0e \x0f \x10 \x11 \x12 \x13 \x14 \x15 \x16 \x17 \x18 \x19 \x1a \x1b \x1c \x1d \x1e \x1f \x7f "
        b' \000 \012 \177 \377 '  ⇒  b" \x00 \x0a \x7f \xff "
        b" \000 \012 \177 \377 "  ⇒  b" \x00 \x0a \x7f \xff "
        b''' \000 \012 \177 \377 '''  ⇒  b" \x00 \x0a \x7f \xff "
        b""" \000 \012 \177 \377 """  ⇒  b" \x00 \x0a \x7f \xff "
        b' \x00 \x0A \x7F \xFF '  ⇒  b" \x00 \x0a \x7f \xff "
        b" \x00 \x0A \x7F \xFF "  ⇒  b" \x00 \x0a \x7f \xff "
        b''' \x00 \x0A \x7F \xFF '''  ⇒  b" \x00 \x0a \x7f \xff "
        b""" \x00 \x0A \x7F \xFF """  ⇒  b" \x00 \x0a \x7f \xff "
        b' \X00 \X0A \X7F \XFF '  ⇒  b" \x00 \x0a \x7f \xff "
        b" \X00 \X0A \X7F \XFF "  ⇒  b" \x00 \x0a \x7f \xff "
        b''' \X00 \X0A \X7F \XFF '''  ⇒  b" \x00 \x0a \x7f \xff "
        b""" \X00 \X0A \X7F \XFF """  ⇒  b" \x00 \x0a \x7f \xff "
        B' \x4a \x4B \X4c \X4D '  ⇒  b" J K L M "
        B" \x4a \x4B \X4c \X4D "  ⇒  b" J K L M "
        B''' \x4a \x4B \X4c \X4D '''  ⇒  b" J K L M "
        B""" \x4a \x4B \X4c \X4D """  ⇒  b" J K L M "
        br' \\ \? \" \` \a \b \f \t \v \n \r \000 \x00 \X00 \u0000 \U00000000 '  ⇒  b" \x5c\x5c \x5c? \x5c\x22 \x5c` \x5ca \x5cb \x5cf \x5ct \x5cv \x5cn \x5cr \x5c000 \x5cx00 \x5cX00 \x5cu0000 \x5cU00000000 "
        br" \\ \? \' \` \a \b \f \t \v \n \r \000 \x00 \X00 \u0000 \U00000000 "  ⇒  b" \x5c\x5c \x5c? \x5c' \x5c` \x5ca \x5cb \x5cf \x5ct \x5cv \x5cn \x5cr \x5c000 \x5cx00 \x5cX00 \x5cu0000 \x5cU00000000 "
        br''' \\ \? \" \' \` \a \b \f \t \v \n \r \000 \x00 \X00 \u0000 \U00000000 '''  ⇒  b" \x5c\x5c \x5c? \x5c\x22 \x5c' \x5c` \x5ca \x5cb \x5cf \x5ct \x5cv \x5cn \x5cr \x5c000 \x5cx00 \x5cX00 \x5cu0000 \x5cU00000000 "
        br""" \\ \? \" \' \` \a \b \f \t \v \n \r \000 \x00 \X00 \u0000 \U00000000 """  ⇒  b" \x5c\x5c \x5c? \x5c\x22 \x5c' \x5c` \x5ca \x5cb \x5cf \x5ct \x5cv \x5cn \x5cr \x5c000 \x5cx00 \x5cX00 \x5cu0000 \x5cU00000000 "
        bR' \\ \? \" \` \a \b \f \t \v \n \r \000 \x00 \X00 \u0000 \U00000000 '  ⇒  b" \x5c\x5c \x5c? \x5c\x22 \x5c` \x5ca \x5cb \x5cf \x5ct \x5cv \x5cn \x5cr \x5c000 \x5cx00 \x5cX00 \x5cu0000 \x5cU00000000 "
        bR" \\ \? \' \` \a \b \f \t \v \n \r \000 \x00 \X00 \u0000 \U00000000 "  ⇒  b" \x5c\x5c \x5c? \x5c' \x5c` \x5ca \x5cb \x5cf \x5ct \x5cv \x5cn \x5cr \x5c000 \x5cx00 \x5cX00 \x5cu0000 \x5cU00000000 "
        bR''' \\ \? \" \' \` \a \b \f \t \v \n \r \000 \x00 \X00 \u0000 \U00000000 '''  ⇒  b" \x5c\x5c \x5c? \x5c\x22 \x5c' \x5c` \x5ca \x5cb \x5cf \x5ct \x5cv \x5cn \x5cr \x5c000 \x5cx00 \x5cX00 \x5cu0000 \x5cU00000000 "
        bR""" \\ \? \" \' \` \a \b \f \t \v \n \r \000 \x00 \X00 \u0000 \U00000000 """  ⇒  b" \x5c\x5c \x5c? \x5c\x22 \x5c' \x5c` \x5ca \x5cb \x5cf \x5ct \x5cv \x5cn \x5cr \x5c000 \x5cx00 \x5cX00 \x5cu0000 \x5cU00000000 "
        { 'as': 1 }.as  ⇒  1
        { 'break': 1 }.break  ⇒  1
        { 'const': 1 }.const  ⇒  1
        { 'continue': 1 }.continue  ⇒  1
        { 'else': 1 }.else  ⇒  1
        { 'for': 1 }.for  ⇒  1
        { 'function': 1 }.function  ⇒  1
        { 'if': 1 }.if  ⇒  1
        { 'import': 1 }.import  ⇒  1
        { 'let': 1 }.let  ⇒  1
        { 'loop': 1 }.loop  ⇒  1
        { 'package': 1 }.package  ⇒  1
        { 'namespace': 1 }.namespace  ⇒  1
        { 'return': 1 }.return  ⇒  1
        { 'var': 1 }.var  ⇒  1
        { 'void': 1 }.void  ⇒  1
        { 'while': 1 }.while  ⇒  1
        ~a.as() || true  ⇒  true
        ~a.break() || true  ⇒  true
        ~a.const() || true  ⇒  true
        ~a.continue() || true  ⇒  true
        ~a.else() || true  ⇒  true
        ~a.for() || true  ⇒  true
        ~a.function() || true  ⇒  true
        ~a.if() || true  ⇒  true
        ~a.import() || true  ⇒  true
        ~a.let() || true  ⇒  true
        ~a.loop() || true  ⇒  true
        ~a.package() || true  ⇒  true
        ~a.namespace() || true  ⇒  true
        ~a.return() || true  ⇒  true
        ~a.var() || true  ⇒  true
        ~a.void() || true  ⇒  true
        ~a.while() || true  ⇒  true
        """###
}
