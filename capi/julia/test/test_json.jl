# SPDX-License-Identifier: Apache-2.0

@testset "the JSON reader" begin
    read = ScPrior.parse_json
    @test read("[]") == [] && read("{}") == Dict() && read(" [ 1 , -2.5e3, true,false , null ] ") ==
          [1, -2500.0, true, false, nothing]
    @test read("{\"a\": [{\"b\": \"c\"}], \"d\": \"\"}") == Dict("a" => [Dict("b" => "c")], "d" => "")
    @test read("\"\\\"\\\\\\n\\t\\/ \\u00e9 \\ud83e\\uddec ä🧬\"") == "\"\\\n\t/ é 🧬 ä🧬"
    @test read("[\"α\", \"\"]") == ["α", ""]
    for bad in ("", "[", "[1,", "{\"a\" 1}", "\"abc", "\"\\", "\"\\u12", "tru", "[1] 2", "{1: 2}", "[1 2]")
        @test refuses(() -> read(bad), 99, "JSON")
    end
end
