namespace Ftte.TinyEngine.Tests;

public sealed class IdxExamplesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Grey_images_are_scaled_to_the_unit_interval()
    {
        IdxExamples examples = Load([2, 1, 3], [0, 51, 255, 1, 2, 3], [7, 0]);
        Assert.Equal((2, 3, 1, 3, 1), (examples.Count, examples.InputLength, examples.Height, examples.Width, examples.Channels));
        float[] input = new float[3];
        Assert.Equal(7, examples.CopyTo(0, input));
        Assert.Equal([0f, 51 / 255f, 1f], input);
        Assert.Equal(0, examples.CopyTo(1, input));
        Assert.Equal([1 / 255f, 2 / 255f, 3 / 255f], input);
    }

    [Fact]
    public void A_mean_and_a_deviation_scale_each_channel()
    {
        IdxExamples examples = Load([1, 1, 2, 2], [0, 255, 255, 0], [1], new PixelScaling([0.5f, 0.25f], [0.5f, 2f]));
        float[] input = new float[4];
        examples.CopyTo(0, input);
        Assert.Equal([-1f, 0.375f, 1f, -0.125f], input);
    }

    [Fact]
    public void A_subset_has_its_own_order_and_can_be_divided_again()
    {
        IdxExamples examples = Load([4, 1, 1], [10, 20, 30, 40], [1, 2, 3, 4]).Subset(3, 1, 1).Subset(0, 2);
        float[] input = new float[1];
        Assert.Equal(2, examples.Count);
        Assert.Equal((4, 40 / 255f), (examples.CopyTo(0, input), input[0]));
        Assert.Equal((2, 20 / 255f), (examples.CopyTo(1, input), input[0]));
        Assert.Equal(4, examples.LabelOf(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => examples.Subset(2));
    }

    [Fact]
    public void Reading_an_example_allocates_nothing()
    {
        IdxExamples examples = Load([1, 8, 8], new byte[64], [1]);
        float[] input = new float[64];
        examples.CopyTo(0, input);
        Assert.Equal(0, Allocated.AtMost(0, () => examples.CopyTo(0, input)));
    }

    [Fact]
    public void Another_number_of_labels_than_images_is_refused() => AssertBad([2, 1, 1], [1, 2], [1], "it has 2 images, but");

    [Fact]
    public void A_label_that_is_no_class_is_refused() => AssertBad([2, 1, 1], [1, 2], [1, 10], "label 1 is 10, but 10 classes are numbered 0 to 9");

    [Fact]
    public void Labels_instead_of_images_are_rejected() => AssertBad([2], [1, 2], [1, 2], "it has 1 dimensions, but images have three or four");

    [Fact]
    public void Images_instead_of_labels_are_rejected()
    {
        string path = _folder.Write("images", IdxFileTests.File([2, 1, 1], [1, 2]));
        Assert.Contains("labels have one", Assert.Throws<InvalidDataException>(() => IdxExamples.Load(path, path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scaling_for_other_channels_is_refused() =>
        Assert.Throws<ArgumentException>(() => Load([1, 1, 1], [1], [1], PixelScaling.Cifar10));

    [Fact]
    public void A_missing_file_is_named()
    {
        string path = Path.Combine(_folder.Path, "none");
        Assert.Equal(path, Assert.Throws<FileNotFoundException>(() => IdxExamples.Load(path, path)).FileName);
    }

    [RealDataFact("mnist")]
    public void The_real_MNIST_test_set_is_read()
    {
        string folder = RealDataFactAttribute.FolderOf("mnist")!;
        IdxExamples examples = IdxExamples.Load(
            Path.Combine(folder, "t10k-images-idx3-ubyte.gz"), Path.Combine(folder, "t10k-labels-idx1-ubyte.gz"));
        Assert.Equal((10_000, 28, 28, 1), (examples.Count, examples.Height, examples.Width, examples.Channels));
        int[] published = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009];
        Assert.Equal(published, Enumerable.Range(0, 10).Select(digit => Enumerable.Range(0, examples.Count).Count(i => examples.LabelOf(i) == digit)));
    }

    private IdxExamples Load(int[] shape, byte[] pixels, byte[] labels, PixelScaling? scaling = null) => IdxExamples.Load(
        _folder.Write("images", IdxFileTests.File(shape, pixels)), _folder.Write("labels", IdxFileTests.File([labels.Length], labels)), scaling);

    private void AssertBad(int[] shape, byte[] pixels, byte[] labels, string reason)
    {
        string message = Assert.Throws<InvalidDataException>(() => Load(shape, pixels, labels)).Message;
        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }
}
