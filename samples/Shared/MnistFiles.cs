namespace Ftte.Samples.Shared;

/// <summary>Finds the files of MNIST and of data sets with the same format, with the common names of files and folders.</summary>
internal static class MnistFiles
{
    /// <summary>The subfolders: of the publisher's files, of torchvision, and of archives that contain a folder.</summary>
    private static readonly string[] Folders = ["", "raw", "MNIST/raw", "MNIST", "mnist/raw", "mnist", "FashionMNIST/raw", "KMNIST/raw", "QMNIST/raw"];

    /// <summary>Finds a file of images.</summary>
    /// <param name="folder">The folder, or one above it.</param>
    /// <param name="set">The part: train or t10k.</param>
    /// <returns>The file; null if it is not found.</returns>
    public static string? FindImages(string folder, string set) => Find(folder, set, "images", "idx3");

    /// <summary>Finds a file of labels.</summary>
    /// <param name="folder">The folder, or one above it.</param>
    /// <param name="set">The part: train or t10k.</param>
    /// <returns>The file; null if it is not found.</returns>
    public static string? FindLabels(string folder, string set) => Find(folder, set, "labels", "idx1");

    /// <summary>Returns the possible names of a file, without .gz: with a hyphen as published, with a dot as in old Windows programs and on Kaggle, and shorter ones.</summary>
    public static string[] NamesOf(string set, string content, string format) =>
        [$"{set}-{content}-{format}-ubyte", $"{set}-{content}.{format}-ubyte", $"{set}-{content}-{format}-ubyte.idx", $"{set}-{content}.idx", $"{set}-{content}"];

    private static string? Find(string folder, string set, string content, string format)
    {
        string[] names = NamesOf(set, content, format);
        return Folders
            .Select(below => Path.Combine(folder, below))
            .SelectMany(place => names.SelectMany(name => new[]
            {
                // Some archives extract each file into a folder with the same name.
                Path.Combine(place, name), Path.Combine(place, name + ".gz"), Path.Combine(place, name, name),
            }))
            .FirstOrDefault(File.Exists);
    }
}
