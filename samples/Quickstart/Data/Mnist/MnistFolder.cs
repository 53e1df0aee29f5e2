namespace Quickstart;

/// <summary>The folder with MNIST's four files, each plain or with .gz.</summary>
internal static class MnistFolder
{
    /// <summary>Reads the 60,000 examples to train from.</summary>
    /// <exception cref="InputException">A file is missing or not what it should be.</exception>
    public static LabelledImages ReadTraining(string folder) => Read(folder, "train");

    /// <summary>Reads the 10,000 examples to test with.</summary>
    /// <exception cref="InputException">A file is missing or not what it should be.</exception>
    public static LabelledImages ReadTest(string folder) => Read(folder, "t10k");

    private static LabelledImages Read(string folder, string set)
    {
        string imagesFile = Find(folder, $"{set}-images-idx3-ubyte");
        string labelsFile = Find(folder, $"{set}-labels-idx1-ubyte");
        byte[] labels = IdxFile.ReadLabels(labelsFile);
        byte[] bytes = IdxFile.ReadImages(imagesFile);
        int count = bytes.Length / LabelledImages.PixelsPerImage;
        if (count != labels.Length)
        {
            throw new InputException($"{imagesFile}: it has {count} images, but {Path.GetFileName(labelsFile)} has {labels.Length} labels; use files of one set.");
        }

        float[] pixels = new float[bytes.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = bytes[i] / 255f;
        }

        return new LabelledImages(pixels, labels);
    }

    private static string Find(string folder, string name)
    {
        string plain = Path.Combine(folder, name);
        string packed = plain + ".gz";
        return File.Exists(plain) ? plain
            : File.Exists(packed) ? packed
            : throw new InputException($"--mnist: '{folder}' has neither {name} nor {name}.gz; put MNIST's four files there.");
    }
}
