using System.Text;
using Ftte.Simulation.Journal;

namespace Ftte.Simulation.Tests;

/// <summary>Provides a journal in a temporary folder.</summary>
public abstract class JournalBench : IDisposable
{
    private protected const string Description = "digits, seed 7";
    private protected const int DescriptionStart = 8 + 12;
    private protected const int HeaderBytes = DescriptionStart + 14;
    private protected static readonly byte[] Own = [.. Enumerable.Range(1, Fingerprint.Bytes).Select(i => (byte)i)];

    private protected static readonly ParameterLayout Layout = ParameterLayout.Create(("a", [3]), ("b", [2]));
    private protected static readonly ParameterSelection Selection = ParameterSelection.OfBlocks(Layout, "a");
    private protected static readonly ModelQuality Quality = new(0.5, double.NaN, 1.25);

    private protected string Folder { get; } = Directory.CreateTempSubdirectory().FullName;

    private protected string JournalPath => Path.Combine(Folder, "run.journal");

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected JournalFile Open() => JournalFile.Open(JournalPath, Description);

    /// <summary>The bytes of a journal with an update, an evaluation and an update, and where each ends.</summary>
    private protected byte[] ThreeRecords(out int[] ends)
    {
        ends = new int[3];
        using (JournalFile journal = Open())
        {
            Assert.Equal(HeaderBytes, Length());
            Add(journal, 0, [10, 11, 12]);
            ends[0] = Length();
            journal.Add(new ModelVersion(5), Own, Quality);
            ends[1] = Length();
            Add(journal, 1, [20, 21, 22]);
            ends[2] = Length();
        }

        byte[] whole = File.ReadAllBytes(JournalPath);
        Assert.Equal(HeaderBytes, Encoding.UTF8.GetByteCount(Description) + DescriptionStart);
        Assert.Equal(ends[2], whole.Length);
        return whole;

        int Length() => (int)new FileInfo(JournalPath).Length;
    }

    private protected static void Add(JournalFile journal, long job, float[] values, UpdateContent content = UpdateContent.Difference, int examples = 1)
    {
        using SparseUpdate update = SparseUpdate.Create(Assignment(content).CreateHeader(examples), values);
        journal.Add(job, Own, update);
    }

    private protected static float? FirstValue(JournalFile journal, long job)
    {
        using SparseUpdate? update = journal.Find(job, Assignment(), Own);
        return update?.Values.Span[0];
    }

    private protected static TrainingAssignment Assignment(UpdateContent content = UpdateContent.Difference) => new(
        new ClientId("d"), new UpdateId(1), Layout.Fingerprint, default, default, Selection, Selection, content, TimeSpan.FromHours(1));
}
