using Quickstart;

namespace Ftte.Samples.Tests.Quickstart;

public sealed class FederatedDigitsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_device_gets_digits_and_every_digit_is_tested_equally_often()
    {
        FederatedDigits digits = FederatedDigits.Draw(seed: 1, devices: 100);
        Assert.Equal(100, digits.Devices.Length);
        Assert.All(digits.Devices, held => Assert.InRange(held.Count, 50, 150));
        Assert.True(digits.Devices.Select(held => held.Count).Distinct().Count() > 20);
        Assert.Equal(800, digits.Public.Count);
        Assert.All(digits.Test.Labels.CountBy(label => label), digit => Assert.Equal(300, digit.Value));
    }

    [Fact]
    public void The_same_seed_gives_the_same_digits_and_another_gives_others()
    {
        FederatedDigits one = FederatedDigits.Draw(seed: 5, devices: 10), same = FederatedDigits.Draw(seed: 5, devices: 10), other = FederatedDigits.Draw(seed: 6, devices: 10);
        Assert.Equal(one.Public.Pixels, same.Public.Pixels);
        Assert.Equal(one.Test.Pixels, same.Test.Pixels);
        Assert.All(one.Devices.Zip(same.Devices), pair => Assert.Equal(pair.First.Pixels, pair.Second.Pixels));
        Assert.NotEqual(one.Public.Pixels, other.Public.Pixels);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Mnist_gives_the_server_its_first_examples_and_the_devices_all_others_once(bool packed)
    {
        IdxTestFiles.WriteSet(_folder, training: 1000, test: 30, packed);
        FederatedDigits digits = FederatedDigits.FromMnist(_folder.Path, seed: 1, devices: 10);
        Assert.Equal(800, digits.Public.Count);
        Assert.Equal(200, digits.Devices.Sum(held => held.Count));
        Assert.All(digits.Devices, held => Assert.Equal(20, held.Count));
        Assert.Equal(30, digits.Test.Count);
        Assert.Equal((byte)(1 * 31) / 255f, digits.Public.Pixels[1]);
        for (int digit = 0; digit < 10; digit++)
        {
            Assert.Equal(20, digits.Devices.Sum(held => held.Labels.Count(label => label == digit)));
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
            AssertBad($"has neither {name} nor {name}.gz");
        }
    }

    [Fact]
    public void Images_and_labels_of_different_sets_are_refused()
    {
        IdxTestFiles.WriteSet(_folder, training: 900, test: 5);
        File.WriteAllBytes(_folder.File("train-labels-idx1-ubyte"), IdxTestFiles.Labels(901));
        AssertBad("has 900 images, but train-labels-idx1-ubyte has 901 labels");
    }

    [Fact]
    public void Too_few_examples_for_the_devices_are_refused()
    {
        IdxTestFiles.WriteSet(_folder, training: 849, test: 5);
        AssertBad("has 849 examples to train from, but 10 devices need 850");
    }

    [RealMnistFact]
    public void Mnist_itself_is_read_whole()
    {
        FederatedDigits digits = FederatedDigits.FromMnist(RealMnistFactAttribute.Folder!, seed: 1, devices: 100);
        Assert.Equal(60_000, digits.Public.Count + digits.Devices.Sum(held => held.Count));
        Assert.Equal(10_000, digits.Test.Count);

        // Counts, not the first few labels: copies are in different orders.
        int[] published = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009];
        Assert.Equal(published, Enumerable.Range(0, 10).Select(digit => digits.Test.Labels.Count(label => label == digit)));
    }

    private void AssertBad(string reason)
    {
        string message = Assert.Throws<InputException>(() => FederatedDigits.FromMnist(_folder.Path, seed: 1, devices: 10)).Message;
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
