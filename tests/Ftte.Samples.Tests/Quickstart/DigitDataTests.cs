using Ftte.Samples.Shared;
using Ftte.TinyEngine;
using Quickstart;

namespace Ftte.Samples.Tests.Quickstart;

public sealed class DigitDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_device_gets_digits_and_every_digit_is_tested_equally_often()
    {
        DigitData digits = DigitData.Synthesize(devices: 100, seed: 1);
        Assert.Equal(100, digits.Devices.Length);
        Assert.All(digits.Devices, held => Assert.InRange(held.Count, 50, 150));
        Assert.True(digits.Devices.Select(held => held.Count).Distinct().Count() > 20);
        Assert.Equal(800, digits.Public.Count);
        Assert.All(Labels(digits.Test).CountBy(label => label), digit => Assert.Equal(200, digit.Value));
    }

    [Fact]
    public void The_same_seed_gives_the_same_digits_and_another_gives_others()
    {
        DigitData one = DigitData.Synthesize(devices: 10, seed: 5), same = DigitData.Synthesize(devices: 10, seed: 5), other = DigitData.Synthesize(devices: 10, seed: 6);
        Assert.Equal(Pixels(one.Public), Pixels(same.Public));
        Assert.Equal(Pixels(one.Test), Pixels(same.Test));
        Assert.All(one.Devices.Zip(same.Devices), pair => Assert.Equal(Pixels(pair.First), Pixels(pair.Second)));
        Assert.NotEqual(Pixels(one.Public), Pixels(other.Public));
    }

    [Fact]
    public void No_image_of_the_test_is_on_a_device_or_with_the_server()
    {
        DigitData digits = DigitData.Synthesize(devices: 10, seed: 5);
        var trained = new HashSet<string>(digits.Devices.Append(digits.Public).SelectMany(Images));
        Assert.Equal(digits.Public.Count + digits.Devices.Sum(held => held.Count), trained.Count);
        Assert.DoesNotContain(Images(digits.Test), trained.Contains);
    }

    [Fact]
    public void Many_devices_hold_few_digits_each_so_that_all_fit_into_memory() =>
        Assert.InRange(DigitData.Synthesize(devices: 3000, seed: 1).Devices.Max(held => held.Count), 1, 30);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Mnist_gives_the_server_its_first_examples_and_the_devices_all_others_once(bool packed)
    {
        IdxTestFiles.WriteSet(_folder, training: 1000, test: 30, packed);
        DigitData digits = DigitData.ReadMnist(_folder.Path, devices: 10, seed: 1);
        Assert.Equal(800, digits.Public.Count);
        Assert.Equal(200, digits.Devices.Sum(held => held.Count));
        Assert.All(digits.Devices, held => Assert.Equal(20, held.Count));
        Assert.Equal(30, digits.Test.Count);
        Assert.Equal((byte)(1 * 31) / 255f, Pixels(digits.Public)[1]);
        for (int digit = 0; digit < 10; digit++)
        {
            Assert.Equal(20, digits.Devices.Sum(held => Labels(held).Count(label => label == digit)));
        }
    }

    [Fact]
    public void Each_of_mnists_files_is_missed_by_name()
    {
        string[] names = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];
        foreach (string name in names)
        {
            IdxTestFiles.WriteSet(_folder, training: 900, test: 5);
            File.Delete(_folder.File(name));
            AssertBad($"the folder has neither {name} nor {name}.gz");
        }
    }

    [Fact]
    public void Images_and_labels_of_different_sets_are_refused()
    {
        IdxTestFiles.WriteSet(_folder, training: 900, test: 5);
        File.WriteAllBytes(_folder.File("train-labels-idx1-ubyte"), IdxTestFiles.Labels(901));
        AssertBad("train-images-idx3-ubyte' cannot be read: it has 900 images, but ");
    }

    [Fact]
    public void Images_of_another_size_are_refused()
    {
        IdxTestFiles.WriteSet(_folder, training: 900, test: 5);
        File.WriteAllBytes(_folder.File("t10k-images-idx3-ubyte"), IdxTestFiles.Join([IdxTestFiles.ImagesMagic, 5, 28, 14], new byte[5 * 28 * 14]));
        AssertBad("t10k-images-idx3-ubyte' has images of 28 x 14 x 1, not 28 x 28 x 1");
    }

    [Fact]
    public void A_damaged_file_is_refused_by_name()
    {
        IdxTestFiles.WriteSet(_folder, training: 900, test: 5);
        File.WriteAllBytes(_folder.File("t10k-labels-idx1-ubyte"), IdxTestFiles.Labels(5)[..^1]);
        AssertBad("t10k-labels-idx1-ubyte' cannot be read: its header declares 5 bytes, more than the file can contain");
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_refused()
    {
        IdxTestFiles.WriteSet(_folder, training: 900, test: 5);
        using var inUse = new FileStream(_folder.File("train-images-idx3-ubyte"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        AssertBad("the files cannot be read");
    }

    [Fact]
    public void Too_few_examples_for_the_devices_are_refused()
    {
        IdxTestFiles.WriteSet(_folder, training: 849, test: 5);
        AssertBad("it has 849 training digits, but 10 devices need 850");
    }

    [RealMnistFact]
    public void Mnist_itself_is_read_whole()
    {
        DigitData digits = DigitData.ReadMnist(RealMnistFactAttribute.Folder!, devices: 100, seed: 1);
        Assert.Equal(60_000, digits.Public.Count + digits.Devices.Sum(held => held.Count));
        Assert.Equal(10_000, digits.Test.Count);

        // Counts, not the first few labels: copies are in different orders.
        int[] published = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009];
        Assert.Equal(published, Enumerable.Range(0, 10).Select(digit => Labels(digits.Test).Count(label => label == digit)));
    }

    private static int[] Labels(IExampleSource images)
    {
        float[] image = new float[images.InputLength];
        return [.. Enumerable.Range(0, images.Count).Select(i => images.CopyTo(i, image))];
    }

    private static IEnumerable<string> Images(IExampleSource images)
    {
        float[] image = new float[images.InputLength];
        for (int i = 0; i < images.Count; i++)
        {
            images.CopyTo(i, image);
            yield return Convert.ToBase64String(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(image));
        }
    }

    private static float[] Pixels(IExampleSource images)
    {
        float[] pixels = new float[images.Count * images.InputLength];
        for (int i = 0; i < images.Count; i++)
        {
            images.CopyTo(i, pixels.AsSpan(i * images.InputLength, images.InputLength));
        }

        return pixels;
    }

    private void AssertBad(string reason)
    {
        string message = Assert.Throws<InputException>(() => DigitData.ReadMnist(_folder.Path, devices: 10, seed: 1)).Message;
        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }
}

/// <summary>A test that runs only where MNIST itself is: in <c>shared/data/mnist</c> next to the repository.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RealMnistFactAttribute : FactAttribute
{
    public RealMnistFactAttribute() => Skip = Folder is null ? "MNIST is not on this machine." : null!;

    public static string? Folder { get; } = Find();

    private static string? Find()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string folder = Path.Combine(at.FullName, "..", "shared", "data", "mnist");
            if (File.Exists(Path.Combine(at.FullName, "Ftte.sln")) && Directory.Exists(folder))
            {
                return folder;
            }
        }

        return null;
    }
}
