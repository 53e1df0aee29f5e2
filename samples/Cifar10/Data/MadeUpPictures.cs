using Ftte.Simulation.Randomness;
using Ftte.TinyEngine;

namespace Cifar10.Data;

/// <summary>Pictures in CIFAR-10's format that nobody took: ten kinds of coloured waves, so that the whole program can be tried without the data set.</summary>
/// <remarks>What is learned from them says nothing about pictures. Written to files and read back, so that the way is the same as with the real ones.</remarks>
internal static class MadeUpPictures
{
    private const int TrainingFiles = 5;
    private const double Noise = 45;

    /// <summary>Writes the six files of CIFAR-10.</summary>
    /// <param name="folder">The folder, which exists.</param>
    /// <param name="perFile">How many pictures each file has.</param>
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
