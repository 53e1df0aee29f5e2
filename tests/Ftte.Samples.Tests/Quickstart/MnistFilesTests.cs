using Ftte.Samples.Shared;

namespace Ftte.Samples.Tests.Quickstart;

public sealed class MnistFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("train-images-idx3-ubyte")]
    [InlineData("train-images-idx3-ubyte.gz")]
    [InlineData("train-images.idx3-ubyte")]
    [InlineData("train-images.idx3-ubyte.gz")]
    [InlineData("MNIST/raw/train-images-idx3-ubyte")]
    [InlineData("MNIST/raw/train-images-idx3-ubyte.gz")]
    [InlineData("raw/train-images-idx3-ubyte")]
    [InlineData("FashionMNIST/raw/train-images-idx3-ubyte.gz")]
    [InlineData("train-images-idx3-ubyte/train-images-idx3-ubyte")]
    public void A_file_is_found_under_each_of_its_usual_names(string name)
    {
        string path = _folder.File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, []);
        Assert.Equal(path, MnistFiles.FindImages(_folder.Path, "train"));
        Assert.Null(MnistFiles.FindImages(_folder.Path, "t10k"));
        Assert.Null(MnistFiles.FindLabels(_folder.Path, "train"));
    }

    [Fact]
    public void The_published_name_takes_precedence()
    {
        foreach (string name in new[] { "train-labels-idx1-ubyte", "train-labels-idx1-ubyte.gz", "train-labels.idx1-ubyte" })
        {
            File.WriteAllBytes(_folder.File(name), []);
        }

        Assert.Equal(_folder.File("train-labels-idx1-ubyte"), MnistFiles.FindLabels(_folder.Path, "train"));
    }

    [Fact]
    public void A_folder_that_is_not_there_has_no_files() => Assert.Null(MnistFiles.FindImages(_folder.File("nowhere"), "train"));
}
