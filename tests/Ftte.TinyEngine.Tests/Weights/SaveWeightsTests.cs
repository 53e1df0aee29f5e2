namespace Ftte.TinyEngine.Tests;

public sealed class SaveWeightsTests : IDisposable
{
    private static readonly Network Network = Network.Build(2).Linear("fc1", 4).SoftmaxCrossEntropy();
    private readonly TemporaryFolder _folder = new();

    private string Target => Path.Combine(_folder.Path, "w.safetensors");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_save_with_one_name_for_two_parameters_leaves_no_file()
    {
        Assert.Throws<ArgumentException>(() => Network.SaveWeights(Target, Network.Initialize(1), options: new WeightFileOptions { NameInFile = _ => "same" }));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_save_whose_names_throw_keeps_the_file_that_was_there()
    {
        Network.SaveWeights(Target, Network.Initialize(1));
        byte[] before = File.ReadAllBytes(Target);
        Assert.Throws<NotSupportedException>(
            () => Network.SaveWeights(Target, Network.Initialize(2), options: new WeightFileOptions { NameInFile = _ => throw new NotSupportedException() }));
        Assert.Equal([Target], Directory.GetFiles(_folder.Path));
        Assert.Equal(before, File.ReadAllBytes(Target));
    }

    [Fact]
    public void Two_saves_to_one_file_that_overlap_leave_one_complete_file()
    {
        // The names are asked for while the outer save is at work.
        bool isFirst = true;
        Network.SaveWeights(Target, Network.Initialize(1), options: new WeightFileOptions
        {
            NameInFile = name =>
            {
                if (isFirst)
                {
                    isFirst = false;
                    Network.SaveWeights(Target, Network.Initialize(2));
                }

                return name;
            },
        });
        float[] loaded = new float[Network.Layout.ParameterCount];
        Network.LoadWeights(Target, loaded);
        Assert.Equal(Network.Initialize(1), loaded);
        Assert.Equal([Target], Directory.GetFiles(_folder.Path));
    }

    [FullDiskFact]
    public void A_full_disk_is_one_clear_line()
    {
        File.CreateSymbolicLink(Target, "/dev/full");
        string message = Assert.Throws<IOException>(() => Network.SaveWeights(Target, Network.Initialize(1))).Message;
        Assert.Equal($"The file '{Target}' cannot be written: the disk is full. Free disk space or specify a file on another disk.", message);
    }
}
