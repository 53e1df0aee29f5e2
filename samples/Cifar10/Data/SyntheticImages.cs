using Ftte.Simulation.Randomness;
using Ftte.TinyEngine;

namespace Cifar10.Data;

/// <summary>Writes synthetic images in the format of CIFAR-10, ten classes of colored waves, so that the program runs without the data set.</summary>
/// <remarks>Results on these images do not transfer to real ones. The images are written to files, so that they are read in the same way as the real ones.</remarks>
internal static class SyntheticImages
{
    private const int TrainingFiles = 5;
    private const double Noise = 45;

    /// <summary>Writes the six files of CIFAR-10.</summary>
    /// <param name="folder">The folder, which must exist.</param>
    /// <param name="perFile">The number of images per file.</param>
    /// <param name="seed">The seed.</param>
    public static void Write(string folder, int perFile, ulong seed)
    {
        for (int file = 1; file <= TrainingFiles + 1; file++)
        {
            string name = file <= TrainingFiles ? $"data_batch_{file}.bin" : "test_batch.bin";
            using FileStream stream = File.Create(Path.Combine(folder, name));
            byte[] record = new byte[1 + (Cifar10Examples.Channels * Cifar10Examples.Side * Cifar10Examples.Side)];
            for (int i = 0; i < perFile; i++)
            {
                Draw(record, new SeededRandom(seed, (ulong)file, (ulong)i));
                stream.Write(record);
            }
        }
    }

    private static void Draw(byte[] record, SeededRandom random)
    {
        int label = random.NextInt(Cifar10Examples.ClassCount);
        record[0] = (byte)label;
        double angle = Math.PI * label / Cifar10Examples.ClassCount, phase = random.NextDouble() * 2 * Math.PI;
        double pitch = 0.35 + (0.25 * (label % 3));
        int plane = Cifar10Examples.Side * Cifar10Examples.Side;
        for (int i = 0; i < plane; i++)
        {
            double along = ((i % Cifar10Examples.Side) * Math.Cos(angle)) + (i / Cifar10Examples.Side * Math.Sin(angle));
            double wave = Math.Sin((pitch * along) + phase);
            for (int channel = 0; channel < Cifar10Examples.Channels; channel++)
            {
                double tint = 1 - (0.5 * ((label + channel) % 2));
                record[1 + (channel * plane) + i] = (byte)Math.Clamp(128 + (60 * wave * tint) + (Noise * random.NextGaussian()), 0, 255);
            }
        }
    }
}
