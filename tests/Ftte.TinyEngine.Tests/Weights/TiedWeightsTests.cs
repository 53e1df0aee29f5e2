using static Ftte.TinyEngine.Tests.SafetensorsTestFiles;

namespace Ftte.TinyEngine.Tests;

/// <summary>Files as safetensors.torch.save_model, torch.compile and DistributedDataParallel leave them.</summary>
public sealed class TiedWeightsTests : IDisposable
{
    private const string Tied = """{"__metadata__":{"format":"pt","enc.weight":"dec.weight"},"dec.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}""";

    // PyTorch keeps [out, in], the engine [in, out].
    private static readonly float[] Values = [1, 2, 3, 4], InEngine = [1, 3, 2, 4];

    private static readonly Network Network = Network.Build(2).Linear("enc", 2, bias: false).Relu().Linear("dec", 2, bias: false).SoftmaxCrossEntropy();

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_alias_in_the_metadata_gives_both_layers_the_tensor() => Assert.Equal([.. InEngine, .. InEngine], Load(Tied));

    [Fact]
    public void An_alias_is_found_with_the_prefix_of_a_wrapper() =>
        Assert.Equal([.. InEngine, .. InEngine], Load(Tied.Replace("enc.", "_orig_mod.enc.", StringComparison.Ordinal).Replace("dec.", "_orig_mod.dec.", StringComparison.Ordinal)));

    [Fact]
    public void Two_parameters_may_be_mapped_to_one_tensor() => Assert.Equal([.. InEngine, .. InEngine], Load(Tied, new WeightFileOptions { NameInFile = _ => "dec.weight" }));

    [Fact]
    public void A_network_with_only_the_alias_uses_the_tensor_which_is_not_extra()
    {
        Network encoder = Network.Build(2).Linear("enc", 2, bias: false).SoftmaxCrossEntropy();
        float[] parameters = new float[4];
        encoder.LoadWeights(Write(Tied, Bytes(Values)), parameters);
        Assert.Equal(InEngine, parameters);
    }

    [Fact]
    public void A_tied_tensor_of_another_shape_is_refused_by_the_name_that_needs_it()
    {
        Network network = Network.Build(2).Linear("enc", 4, bias: false).Relu().Linear("dec", 2, bias: false).SoftmaxCrossEntropy();
        string path = Write(Tied.Replace("[2,2]", "[2,4]", StringComparison.Ordinal).Replace("16", "32", StringComparison.Ordinal), new byte[32]);
        string message = Assert.Throws<InvalidDataException>(() => network.LoadWeights(path, new float[16])).Message;
        Assert.Contains("tensor 'enc.weight' is [2, 4], but the network needs [4, 2]", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"enc.weight\":\"nothing\"")]
    [InlineData("\"enc.weight\":\"enc.weight\"")]
    [InlineData("\"enc.weight\":\"other\",\"other\":\"dec.weight\"")]
    public void An_alias_of_no_tensor_is_a_missing_tensor(string alias) =>
        Assert.Contains("it lacks enc.weight; ", Refused(Tied.Replace("\"enc.weight\":\"dec.weight\"", alias, StringComparison.Ordinal)), StringComparison.Ordinal);

    [Fact]
    public void A_tensor_takes_precedence_over_an_alias_of_the_same_name()
    {
        string header = """{"__metadata__":{"enc.weight":"dec.weight"},"dec.weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"enc.weight":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""";
        using SafetensorsFile file = Open(File(System.Text.Encoding.UTF8.GetBytes(header), Bytes([1, 2])));
        Assert.Equal([2f], file.Values("enc.weight"));
    }

    [Theory]
    [InlineData("_orig_mod.module.")]
    [InlineData("module._orig_mod.")]
    [InlineData("_orig_mod.")]
    [InlineData("module.")]
    [InlineData("_fsdp_wrapped_module.")]
    public void Prefixes_of_wrappers_are_ignored(string prefix) => Assert.Equal([.. InEngine, 5, 7, 6, 8], Load(Both(prefix, prefix), length: 32));

    [Fact]
    public void A_wrapper_around_one_layer_is_ignored() => Assert.Equal([.. InEngine, 5, 7, 6, 8], Load(Both("", "_orig_mod."), length: 32));

    [Fact]
    public void A_wrapper_within_a_name_is_ignored()
    {
        var options = new WeightFileOptions { NameInFile = name => "body." + name };
        Assert.Equal([.. InEngine, 5, 7, 6, 8], Load(Both("body._orig_mod.", "body._orig_mod."), options, length: 32));
    }

    [Fact]
    public void Names_that_are_there_are_used_as_they_are_although_others_have_a_prefix()
    {
        string header = """{"enc.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"dec.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[16,32]},"module.enc.weight":{"dtype":"F32","shape":[0],"data_offsets":[32,32]}}""";
        Assert.Equal([.. InEngine, 5, 7, 6, 8], Load(header, new WeightFileOptions { AllowExtra = true }, length: 32));
        Assert.Contains("tensors that the network does not have: module.enc.weight", Refused(header, length: 32), StringComparison.Ordinal);
    }

    [Fact]
    public void An_ambiguous_prefix_is_refused() => Assert.Contains(
        "it lacks enc.weight, dec.weight; ",
        Refused("""{"module.enc.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"_orig_mod.enc.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[16,32]},"module.dec.weight":{"dtype":"F32","shape":[0],"data_offsets":[32,32]}}""", length: 32),
        StringComparison.Ordinal);

    [Fact]
    public void Any_other_prefix_is_named_with_the_option_that_adds_it()
    {
        string header = Both("backbone.", "backbone.");
        Assert.EndsWith(
            "Names in the file begin with 'backbone.': add it with WeightFileOptions.NameInFile = name => \"backbone.\" + name, or save the whole model.", Refused(header, length: 32), StringComparison.Ordinal);
        Assert.Equal([.. InEngine, 5, 7, 6, 8], Load(header, new WeightFileOptions { NameInFile = name => "backbone." + name }, length: 32));
    }

    [Fact]
    public void Saving_writes_both_and_refuses_one_name_for_two()
    {
        string path = Path.Combine(_folder.Path, "saved.safetensors");
        float[] parameters = [.. InEngine, .. InEngine], loaded = new float[8];
        Network.SaveWeights(path, parameters);
        using (SafetensorsFile file = SafetensorsFile.Open(path))
        {
            Assert.Equal(["dec.weight", "enc.weight"], file.Tensors.Select(tensor => tensor.Name));
        }

        Network.LoadWeights(path, loaded);
        Assert.Equal(parameters, loaded);
        string message = Assert.Throws<ArgumentException>(() => Network.SaveWeights(path, parameters, options: new WeightFileOptions { NameInFile = _ => "same" })).Message;
        Assert.StartsWith("The parameters 'enc.weight' and 'dec.weight' are both named 'same' in the file", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_null_is_refused() => Assert.Contains(
        "returned null for 'enc.weight'",
        Assert.Throws<ArgumentException>(() => Network.LoadWeights(Write(Tied, Bytes(Values)), new float[8], new WeightFileOptions { NameInFile = _ => null! })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_tensor_of_an_unknown_type_is_extra_or_of_the_wrong_type_but_the_file_is_readable()
    {
        string header = Tied[..^1] + ""","quantized":{"dtype":"F4","shape":[3],"data_offsets":[16,18]}}""";
        Assert.Equal([.. InEngine, .. InEngine], Load(header, new WeightFileOptions { AllowExtra = true }, length: 18));
        Assert.Contains("tensors that the network does not have: quantized", Refused(header, length: 18), StringComparison.Ordinal);
        string needed = Tied.Replace("F32", "F4", StringComparison.Ordinal);
        Assert.Contains("tensor 'enc.weight' is of type F4, not F32, BF16 or F16", Refused(needed), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_an_error_in_one_line()
    {
        string path = Path.Combine(_folder.Path, "gone.safetensors");
        Assert.StartsWith($"The file '{path}' does not exist. ", Assert.Throws<FileNotFoundException>(() => Network.LoadWeights(path, new float[8])).Message, StringComparison.Ordinal);
    }

    private static string Both(string encoder, string decoder) =>
        $$$"""{"{{{encoder}}}enc.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"{{{decoder}}}dec.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[16,32]}}""";

    private static byte[] Bytes(float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private string Write(string header, byte[] data) => _folder.Write("w.safetensors", File(System.Text.Encoding.UTF8.GetBytes(header), data));

    private float[] Load(string header, WeightFileOptions? options = null, int length = 16)
    {
        float[] parameters = new float[8];
        Network.LoadWeights(Write(header, Bytes([1, 2, 3, 4, 5, 6, 7, 8])[..length]), parameters, options);
        return parameters;
    }

    private string Refused(string header, int length = 16)
    {
        float[] parameters = [.. Enumerable.Repeat(9f, 8)];
        string message = Assert.Throws<InvalidDataException>(() => Network.LoadWeights(Write(header, new byte[length]), parameters)).Message;
        Assert.All(parameters, value => Assert.Equal(9f, value));
        Assert.DoesNotContain('\n', message);
        return message;
    }
}
