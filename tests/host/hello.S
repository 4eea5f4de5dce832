        lui a0, 0x20
        li a1, 'J'
        sw a1, 4(a0)
        sw zero, 0(a0)
