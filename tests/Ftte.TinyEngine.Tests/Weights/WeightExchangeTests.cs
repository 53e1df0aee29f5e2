using static Ftte.TinyEngine.Tests.SafetensorsTestFiles;

namespace Ftte.TinyEngine.Tests;

public sealed class WeightExchangeTests
{
    private static readonly WeightEntry[] Entries =
    [
        new("conv.weight", [2, 3, 4, 5], [5, 4, 2, 3], new ParameterRange(0, 120)),
        new("depthwise.weight", [3, 2, 1, 6], [6, 1, 3, 2], new ParameterRange(120, 36)),
        new("bn.weight", [6], [6], new ParameterRange(156, 6)),
        new("conv1d.weight", [3, 2, 4], [4, 2, 3], new ParameterRange(162, 24)),
        new("flat.weight", [2, 3, 4, 5], [5, 24], new ParameterRange(186, 120)),
        new("fc.weight", [7, 3], [3, 7], new ParameterRange(306, 21)),
    ];

    private const int Length = 330;

    [Fact]
    public void Each_tensor_is_found_where_PyTorch_keeps_it()
    {
        float[] parameters = TestData.Values(Length, 1);
        using SafetensorsFile file = Save(parameters, SafetensorsFormat.Float32);
        float[] conv = file.Values("conv.weight"), depthwise = file.Values("depthwise.weight"), flat = file.Values("flat.weight");
        for (int y = 0; y < 2; y++)
        {
            for (int x = 0; x < 3; x++)
            {
                for (int i = 0; i < 4; i++)
                {
                    for (int o = 0; o < 5; o++)
                    {
                        Assert.Equal(parameters[(((((y * 3) + x) * 4) + i) * 5) + o], conv[(((((o * 4) + i) * 2) + y) * 3) + x]);
                        Assert.Equal(parameters[186 + (((((y * 3) + x) * 4) + i) * 5) + o], flat[(o * 24) + (((i * 2) + y) * 3) + x]);
                    }
                }
            }
        }

        for (int tap = 0; tap < 6; tap++)
        {
            for (int channel = 0; channel < 6; channel++)
            {
                Assert.Equal(parameters[120 + (tap * 6) + channel], depthwise[(channel * 6) + tap]);
            }
        }

        float[] conv1d = file.Values("conv1d.weight"), fc = file.Values("fc.weight");
        for (int k = 0; k < 3; k++)
        {
            for (int i = 0; i < 2; i++)
            {
                for (int o = 0; o < 4; o++)
                {
                    Assert.Equal(parameters[162 + (((k * 2) + i) * 4) + o], conv1d[(((o * 2) + i) * 3) + k]);
                }
            }
        }

        for (int i = 0; i < 7; i++)
        {
            for (int o = 0; o < 3; o++)
            {
                Assert.Equal(parameters[306 + (i * 3) + o], fc[(o * 7) + i]);
            }
        }

        Assert.Equal(parameters[156..162], file.Values("bn.weight"));
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal<long>([5, 24], file.Tensors.Single(t => t.Name == "flat.weight").Shape);
    }

    [Fact]
    public void What_is_saved_is_loaded_bit_for_bit_and_what_no_entry_covers_stays()
    {
        float[] parameters = TestData.Values(Length, 1), loaded = TestData.Values(Length, 2);
        float[] rest = loaded[327..];
        WeightExchange.Load(Save(parameters, SafetensorsFormat.Float32), Entries, loaded);
        Assert.Equal([.. parameters[..327], .. rest], loaded);
    }

    [Fact]
    public void Bfloat16_is_loaded_rounded()
    {
        float[] loaded = new float[Length], again = new float[Length];
        WeightExchange.Load(Save(TestData.Values(Length, 1), SafetensorsFormat.BFloat16), Entries, loaded);
        WeightExchange.Load(Save(loaded, SafetensorsFormat.BFloat16), Entries, again);
        Assert.Equal(loaded, again);
        Assert.InRange(loaded.Zip(TestData.Values(Length, 1)).Take(327).Max(p => Math.Abs(p.First - p.Second)), 1e-4, 1f / 256);
    }

    [Fact]
    public void Names_are_translated_both_ways()
    {
        var options = new WeightFileOptions { NameInFile = name => "net." + name };
        float[] parameters = TestData.Values(Length, 1), loaded = new float[Length];
        using var stream = new MemoryStream();
        WeightExchange.Save(stream, Entries, parameters, SafetensorsFormat.Float32, options);
        using SafetensorsFile file = Open(stream.ToArray());
        Assert.All(file.Tensors, tensor => Assert.StartsWith("net.", tensor.Name, StringComparison.Ordinal));
        WeightExchange.Load(file, Entries, loaded, options);
        Assert.Equal(parameters[..327], loaded[..327]);
    }

    [Fact]
    public void Two_parameters_of_one_name_in_the_file_are_refused()
    {
        var options = new WeightFileOptions { NameInFile = _ => "same" };
        using var stream = new MemoryStream();
        Assert.Throws<ArgumentException>(() => WeightExchange.Save(stream, Entries, new float[Length], SafetensorsFormat.Float32, options));
        Assert.Equal(0, stream.Length);
    }

    [Fact]
    public void Missing_tensors_are_listed_with_what_is_there_instead() => AssertBad(
        [("a.weight", [2, 1], new float[2]), ("a.bias", [1], new float[1])],
        [new("b.weight", [1, 2], [2, 1], new(0, 2)), new("a.bias", [1], [1], new(2, 1)), new("b.bias", [1], [1], new(3, 1))],
        "it lacks b.weight, b.bias; unused tensors in the file: a.weight. ");

    [Fact]
    public void Extra_tensors_are_refused_unless_allowed_and_PyTorchs_counters_ignored()
    {
        (string, int[], float[])[] tensors = [("a", [1], [7f]), ("bn.num_batches_tracked", [], [3f]), ("more", [1], [9f])];
        WeightEntry[] entries = [new("a", [1], [1], new(0, 1))];
        AssertBad(tensors, entries, "it has tensors that the network does not have: more. ");
        float[] parameters = new float[1];
        using SafetensorsFile all = Open(Written(SafetensorsFormat.Float32, null, tensors));
        WeightExchange.Load(all, entries, parameters, new WeightFileOptions { AllowExtra = true });
        Assert.Equal([7f], parameters);
        using SafetensorsFile withoutMore = Open(Written(SafetensorsFormat.Float32, null, tensors[..2]));
        WeightExchange.Load(withoutMore, entries, parameters);
    }

    [Fact]
    public void Another_shape_is_refused_with_both_shapes() => AssertBad(
        [("a", [1], [1f]), ("fc.weight", [2, 3], new float[6])],
        [new("a", [1], [1], new(0, 1)), new("fc.weight", [2, 3], [3, 2], new(1, 6))],
        "tensor 'fc.weight' is [2, 3], but the network needs [3, 2]. ");

    [Fact]
    public void Another_type_is_refused_and_nothing_changes()
    {
        byte[] content = File("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F64","shape":[1],"data_offsets":[4,12]}}""", 12);
        float[] parameters = [5f, 6f];
        WeightEntry[] entries = [new("a", [1], [1], new(0, 1)), new("b", [1], [1], new(1, 1))];
        using SafetensorsFile file = Open(content);
        Assert.Throws<InvalidDataException>(() => WeightExchange.Load(file, entries, parameters));
        Assert.Equal([5f, 6f], parameters);
    }

    [Fact]
    public void A_file_that_shrinks_while_it_is_read_changes_nothing()
    {
        var stream = new MemoryStream();
        WeightExchange.Save(stream, Entries, TestData.Values(Length, 1), SafetensorsFormat.Float32);
        stream.Position = 0;
        using SafetensorsFile file = SafetensorsFile.Open(stream);
        stream.SetLength(stream.Length - 1);
        float[] parameters = TestData.Values(Length, 2);
        Assert.Throws<InvalidDataException>(() => WeightExchange.Load(file, Entries, parameters));
        Assert.Equal(TestData.Values(Length, 2), parameters);
    }

    [Fact]
    public void Entries_that_contradict_themselves_or_the_vector_are_refused()
    {
        foreach (WeightEntry entry in new WeightEntry[]
        {
            new("a", [2], [2], new(0, 3)), new("a", [3], [2], new(0, 3)), new("a", [1, 1, 1, 1, 3], [3], new(0, 3)), new("a", [3], [3], new(1, 3)), new("a", [3], [3], new(-1, 3)),
        })
        {
            using var stream = new MemoryStream();
            Assert.ThrowsAny<ArgumentException>(() => WeightExchange.Save(stream, [entry], new float[3], SafetensorsFormat.Float32));
            Assert.Equal(0, stream.Length);
        }
    }

    private static SafetensorsFile Save(float[] parameters, SafetensorsFormat format)
    {
        using var stream = new MemoryStream();
        WeightExchange.Save(stream, Entries, parameters, format);
        return Open(stream.ToArray());
    }

    private static void AssertBad((string, int[], float[])[] tensors, WeightEntry[] entries, string reason)
    {
        float[] parameters = [1f, 2f, 3f, 4f, 5f, 6f, 7f], before = [.. parameters];
        using SafetensorsFile file = Open(Written(SafetensorsFormat.Float32, null, tensors));
        string message = Assert.Throws<InvalidDataException>(() => WeightExchange.Load(file, entries, parameters)).Message;
        Assert.StartsWith("The stream cannot be read: " + reason, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        Assert.Equal(before, parameters);
    }
}
