// Derived from the standard's conformance tests; see Vectors.swift.

extension Vectors {
    static let fields = ###"""
        {0:1,2:2,5:true}[5]  ⇒  true
        {0u:1u,2u:'happy',5u:3u}[2u]  ⇒  "happy"
        {'name':100u}['name']  ⇒  100u
        {true:5}[true]  ⇒  5
        {true:1,2:2,5u:3}[true]  ⇒  1
        {1u: 1.0, 2: 2.0, 3u: 3.0}[3.0]  ⇒  3.0
        {1u: 1.0, 2: 2.0, 3u: 3.0}[3.1]  ⇒  !
        {1u: 1.0, 2: 2.0, 3u: 3.0}[2u]  ⇒  2.0
        {1u: 1.0, 2: 2.0, 3u: 3.0}[1]  ⇒  1.0
        x.name  ⇒  1024  ⊢  x = {"name": 1024}
        {0:1,2:2,5:3}[1]  ⇒  !
        dyn({0:1,2:2,5:3}[1]) || false  ⇒  !
        dyn({0:1,2:2,5:3}[1]) || true  ⇒  true
        dyn({0:1,2:2,5:3}[1]) && false  ⇒  false
        dyn({0:1,2:2,5:3}[1]) && true  ⇒  !
        {0:1,2:2,5:3}[dyn(b'')]  ⇒  !
        dyn({0:1,2:2,5:3}[dyn(b'')]) || false  ⇒  !
        dyn({0:1,2:2,5:3}[dyn(b'')]) || true  ⇒  true
        dyn({0:1,2:2,5:3}[dyn(b'')]) && false  ⇒  false
        dyn({0:1,2:2,5:3}[dyn(b'')]) && true  ⇒  !
        x.name  ⇒  !  ⊢  x = {"holiday": "field"}
        dyn(x.name) || false  ⇒  !  ⊢  x = {"holiday": "field"}
        dyn(x.name) || true  ⇒  true  ⊢  x = {"holiday": "field"}
        dyn(x.name) && false  ⇒  false  ⊢  x = {"holiday": "field"}
        dyn(x.name) && true  ⇒  !  ⊢  x = {"holiday": "field"}
        {true:null}[true]  ⇒  null
        {27:false}[27]  ⇒  false
        {'n':'x'}['n']  ⇒  "x"
        {3:15.15}[3]  ⇒  15.15
        {0u:1u,2u:2u,5u:3u}[0u]  ⇒  1u
        {true:1,false:2}[true]  ⇒  1
        {0:b''}[0]  ⇒  b""
        {0u:[1]}[0u]  ⇒  [1]
        {'map': {'k': 'v'}}['map']  ⇒  {"k": "v"}
        {'map': {'k': 'v'}, 'list': [1]}['map']  ⇒  {"k": "v"}
        has({'a': 1, 'b': 2}.a)  ⇒  true
        has({'a': 1, 'b': 2}.c)  ⇒  false
        has({}.a)  ⇒  false
        {'/api/v1': true, '/api/v2': false}.`/api/v1`  ⇒  true
        {'content-type': 'application/json', 'content-length': 145}.`content-type` == 'application/json'  ⇒  true
        {'foo.txt': 32, 'bar.csv': 1024}.`foo.txt`  ⇒  32
        has({'/api/v1': true, '/api/v2': false}.`/api/v3`)  ⇒  false
        has({'content-type': 'application/json', 'content-length': 145}.`content-type`)  ⇒  true
        has({'foo.txt': 32, 'bar.csv': 1024}.`foo.txt`)  ⇒  true
        ~a.pancakes  ⇒  !  ⊢  a = 15
        ~{3.3:15.15, 1.0: 5}[1.0]  ⇒  !
        ~{null:false}[null]  ⇒  !
        {true:1,false:2,true:3}[true]  ⇒  !
        {0: 1, 0u: 2}[0.0]  ⇒  !
        7 in {}  ⇒  false
        true in {true: 1}  ⇒  true
        'George' in {'John': 'smart', 'Paul': 'cute', 'George': 'quiet', 'Ringo': 'funny'}  ⇒  true
        'spider' in {'ant': 6, 'fly': 6, 'centipede': 100}  ⇒  false
        3.0 in {1: 1, 2: 2, 3u: 3} && 2u in {1u: 1, 2: 2} && 1 in {1u: 1, 2: 2}  ⇒  true
        3.1 in {1: 1, 2: 2, 3u: 3}  ⇒  false
        """###
}
