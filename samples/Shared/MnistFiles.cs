namespace Ftte.Samples.Shared;

/// <summary>Finds the files of MNIST, and of data sets that are published in the same form, under the names and in the folders that programs give them.</summary>
internal static class MnistFiles
{
    /// <summary>The folders within the given one: of the publisher's files, of torchvision, and of archives with a folder of their own.</summary>
    private static readonly string[] Folders = ["", "raw", "MNIST/raw", "MNIST", "mnist/raw", "mnist", "FashionMNIST/raw", "KMNIST/raw", "QMNIST/raw"];

    /// <summary>Finds a file of images.</summary>
    /// <param name="folder">The folder, or one above it.</param>
    /// <param name="set">The part: train or t10k.</param>
    /// <returns>The file; null if there is none.</returns>
    public static string? FindImages(string folder, string set) => Find(folder, set, "images", "idx3");

    /// <summary>Finds a file of labels.</summary>
    /// <param name="folder">The folder, or one above it.</param>
    /// <param name="set">The part: train or t10k.</param>
    /// <returns>The file; null if there is none.</returns>
    public static string? FindLabels(string folder, string set) => Find(folder, set, "labels", "idx1");

    /// <summary>Lists the names that a file may have, without .gz: with a hyphen as published, with a dot as old Windows programs and Kaggle have it, and shorter ones.</summary>
    public static string[] NamesOf(string set, string content, string format) =>
        [$"{set}-{content}-{format}-ubyte", $"{set}-{content}.{format}-ubyte", $"{set}-{content}-{format}-ubyte.idx", $"{set}-{content}.idx", $"{set}-{content}"];

    private static string? Find(string folder, string set, string content, string format)
    {
        string[] names = NamesOf(set, content, format);
        return Folders
            .Select(below => Path.Combine(folder, below))
            .SelectMany(place => names.SelectMany(name => new[]
            {
                // Some archives unpack each file into a folder of the same name.
                Path.Combine(place, name), Path.Combine(place, name + ".gz"), Path.Combine(place, name, name),
            }))
            .FirstOrDefault(File.Exists);
    }
}
