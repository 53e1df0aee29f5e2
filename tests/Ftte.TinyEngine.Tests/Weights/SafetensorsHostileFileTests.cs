using System.Text;
using static Ftte.TinyEngine.Tests.SafetensorsTestFiles;

namespace Ftte.TinyEngine.Tests;

public sealed class SafetensorsHostileFileTests
{
    /// <summary>What opening may allocate beyond a multiple of the file: an exception with its text and stack.</summary>
    private const long RefusalBytes = 8 * 1024;

    /// <summary>
    /// The shortest tensors, of 50 bytes each, take about 300 bytes once they are objects in a dictionary, and twice that while it grows.
    /// </summary>
    private const long MostPerByte = 16;

    [Theory]
    [InlineData("""[1]""", 0, "its header is not a JSON object")]
    [InlineData(""" {}""", 0, "its header is not a JSON object")]
    [InlineData("""{""", 0, "its header is not well-formed JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}""", 4, "its header is not well-formed JSON")]
    [InlineData("""{}{}""", 0, "its header is not well-formed JSON")]
    [InlineData("""{"\ud800":{}}""", 0, "its header is not well-formed JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}}""", 4, "not well-formed JSON, or is nested too deeply")]
    [InlineData("""{"a":{"dtype":"F32","shape":[[[1]]],"data_offsets":[0,4]}}""", 4, "not well-formed JSON, or is nested too deeply")]
    [InlineData("""{"a":[]}""", 0, "another token in place of an object")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "another token in place of text")]
    [InlineData("""{"__metadata__":{"a":"","a":""}}""", 0, "its metadata contains an entry twice")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "__metadata__ twice")]
    [InlineData("""{"":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "name is empty or has control characters")]
    [InlineData("""{"a\n":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "name is empty or has control characters")]
    [InlineData("""{"a":{"dtype":"","shape":[1],"data_offsets":[0,4]}}""", 4, "tensor 'a' has a type without a name")]
    [InlineData("""{"a":{"dtype":"F31\n","shape":[1],"data_offsets":[0,4]}}""", 4, "tensor 'a' has a type whose name has control characters")]
    [InlineData("""{"a":{"dtype":"F31","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "tensor 'a' has two types")]
    [InlineData("""{"a":{"dtype":"F31","shape":[1],"data_offsets":[4,0]}}""", 4, "takes -4 bytes")]
    [InlineData("""{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}""", 3, "ends at byte 4 of the data, which has 3")]
    [InlineData("""{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F31","shape":[1],"data_offsets":[2,6]}}""", 6, "begins at byte 2 of the data, but the previous one ends at 4")]
    [InlineData("""{"a":{"dtype":"F31","shape":[9223372036854775807,2],"data_offsets":[0,0]}}""", 0, "more values than can be counted")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "tensor 'a' has two types")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}""", 4, "tensor 'a' has two shapes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"data_offsets":[0,4]}}""", 4, "tensor 'a' has more than one")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":0}}""", 4, "tensor 'a' has more than one")]
    [InlineData("""{"a":{"shape":[1],"data_offsets":[0,4]}}""", 4, "tensor 'a' lacks its type")]
    [InlineData("""{"a":{"dtype":"F32","data_offsets":[0,4]}}""", 4, "tensor 'a' lacks its type")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", 4, "tensor 'a' lacks its type")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", 4, "tensor 'a' lacks its type")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", 4, "or 2 offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}""", 4, "more than 8 dimensions")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "not an integer")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}""", 4, "not an integer")]
    [InlineData("""{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}""", 4, "not an integer")]
    [InlineData("""{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", 4, "not an integer")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", 4, "not an integer")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "more values than can be counted")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2305843009213693952],"data_offsets":[0,0]}}""", 0, "more values than can be counted")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "takes 4 bytes, but its shape and type need 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "takes -4 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "begins at byte 4 of the data, but the previous one ends at 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 3, "ends at byte 4 of the data, which has 3")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 5, "its tensors take 4 bytes of the data, which has 5")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "two tensors named 'a'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\u0061":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "two tensors named 'a'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "begins at byte 0 of the data, but the previous one ends at 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""", 6, "begins at byte 2 of the data, but the previous one ends at 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "begins at byte 8 of the data, but the previous one ends at 4")]
    public void A_header_that_is_not_what_it_should_be_is_refused(string header, int dataLength, string reason) => AssertBad(File(header, dataLength), reason);

    [Fact]
    public void A_header_longer_than_the_file_or_than_any_header_takes_no_memory()
    {
        foreach (ulong length in new ulong[] { 3, 1 << 24, (1 << 24) + 1, uint.MaxValue, long.MaxValue, ulong.MaxValue })
        {
            byte[] file = [.. BitConverter.GetBytes(length), .. "{}"u8];
            AssertBad(file, $"it declares a header of {length} bytes");
            Assert.InRange(Allocated.AtMost(RefusalBytes, () => Assert.Throws<InvalidDataException>(() => Open(file))), 0, RefusalBytes);
        }
    }

    [Fact]
    public void Fewer_bytes_than_a_length_takes_are_refused() => AssertBad([1, 2, 3], "it has 3 bytes, too few");

    [Fact]
    public void A_header_in_no_UTF_8_is_refused() => AssertBad(File([(byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)'}'], []), "not a JSON object in UTF-8");

    [Fact]
    public void A_type_with_a_long_name_is_refused() =>
        AssertBad(File($$$"""{"a":{"dtype":"{{{new string('T', 65)}}}","shape":[1],"data_offsets":[0,4]}}""", 4), "or with one of more than 64 bytes");

    [Fact]
    public void Names_of_any_length_are_refused() => AssertBad(File($$$"""{"{{{new string('n', 1025)}}}":{}}""", 0), "a name of more than 1024 bytes");

    [Fact]
    public void More_tensors_than_any_model_has_are_refused()
    {
        var header = new StringBuilder("{");
        for (int i = 0; i <= 65_536; i++)
        {
            header.Append(i == 0 ? "" : ",").Append('"').Append(i).Append("\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}");
        }

        AssertBad(File(header.Append('}').ToString(), 0), "more than 65536 tensors");
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1_000)]
    [InlineData(20_000)]
    public void Opening_takes_a_small_multiple_of_the_file(int tensors)
    {
        string header = "{" + string.Join(",", Enumerable.Range(0, tensors).Select(i => $"\"{i}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}")) + "}";
        byte[] file = File(header, 0);
        long most = RefusalBytes + (MostPerByte * file.Length);
        Assert.InRange(Allocated.AtMost(most, () => Open(file).Dispose()), 0, most);
    }

    /// <summary>A million files with FTTE_LONG=1 in the environment.</summary>
    [Fact]
    public void Whatever_the_bytes_only_InvalidDataException_is_thrown_and_little_allocated()
    {
        int count = Environment.GetEnvironmentVariable("FTTE_LONG") == "1" ? 1_000_000 : 10_000;
        byte[][] corpus =
        [
            Written(SafetensorsFormat.Float32, new Dictionary<string, string> { ["format"] = "pt" }, ("conv.weight", [2, 1, 2, 2], new float[8]), ("conv.bias", [2], new float[2])),
            Written(SafetensorsFormat.BFloat16, null, ("a\"é", [], [1f]), ("b", [3, 0], [])),
            File("""{"n":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"h":{"dtype":"F16","shape":[2],"data_offsets":[8,12]}}""", 12),
        ];
        byte[][] pieces = [.. new[] { "\"", "{", "}", "[", "]", ",", ":", "0", "-1", "9223372036854775807", "1e3", "null", "\\ud800", "F16", "\"a\":", "shape" }.Select(Encoding.UTF8.GetBytes)];
        var random = new Random(20_251_004);
        int accepted = 0;
        var reasons = new HashSet<string>();
        for (int i = 0; i < count; i++)
        {
            byte[] file = Mutate(corpus[random.Next(corpus.Length)], pieces, random);
            long most = RefusalBytes + (MostPerByte * file.Length);
            string? refused = null;
            long allocated = Allocated.AtMost(most, () => refused = TryOpen(file));
            Assert.True(allocated <= most, $"{allocated} bytes for {Convert.ToHexString(file)}");
            accepted += refused is null ? 1 : 0;

            // The words after "The stream cannot be read:".
            reasons.Add(refused is null ? "" : string.Concat(refused.Split(' ').Skip(5).Take(3)));
        }

        // The mutations must reach many checks, and some must be harmless; otherwise this test would prove little.
        Assert.InRange(accepted, count / 100, count / 2);
        Assert.True(reasons.Count >= 10, string.Join(", ", reasons));
    }

    private static string? TryOpen(byte[] content)
    {
        try
        {
            using SafetensorsFile file = Open(content);
            Span<float> values = stackalloc float[16];
            foreach (SafetensorsTensor tensor in file.Tensors)
            {
                if (tensor.Type is "F32" or "F16" or "BF16" && tensor.ElementCount <= values.Length)
                {
                    file.Read(tensor.Name, values[..(int)tensor.ElementCount]);
                }
            }

            return null;
        }
        catch (InvalidDataException refused)
        {
            return refused.Message;
        }
    }

    /// <summary>Changes bytes, or puts pieces of JSON into the header and makes its length right again so that what follows is reached.</summary>
    private static byte[] Mutate(byte[] original, byte[][] pieces, Random random)
    {
        List<byte> file = [.. original];
        int header = BitConverter.ToInt32(original);
        for (int n = random.Next(3); n >= 0; n--)
        {
            int at = random.Next(random.Next(2) == 0 ? file.Count : Math.Min(file.Count, 8 + header));
            switch (random.Next(4))
            {
                case 0:
                    file[at] = (byte)random.Next(256);
                    break;
                case 1:
                    file.RemoveRange(at, random.Next(Math.Min(20, file.Count - at)));
                    break;
                default:
                    file.InsertRange(at, pieces[random.Next(pieces.Length)]);
                    break;
            }
        }

        byte[] changed = [.. file];
        if (changed.Length >= 8 && random.Next(4) > 0)
        {
            BitConverter.GetBytes((ulong)Math.Max(0, header + changed.Length - original.Length)).CopyTo(changed, 0);
        }

        return changed;
    }

    private static void AssertBad(byte[] content, string reason)
    {
        string message = Assert.Throws<InvalidDataException>(() => Open(content)).Message;
        Assert.StartsWith("The stream cannot be read: ", message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }
}
