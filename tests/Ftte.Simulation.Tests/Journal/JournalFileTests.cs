using System.Text;
using Ftte.Simulation.Journal;

namespace Ftte.Simulation.Tests;

public sealed class JournalFileTests : IDisposable
{
    private const string Description = "digits, seed 7";
    private const int DescriptionStart = 8 + 12;
    private const int HeaderBytes = DescriptionStart + 14;
    private static readonly byte[] Own = [.. Enumerable.Range(1, Fingerprint.Bytes).Select(i => (byte)i)];

    private static readonly ParameterLayout Layout = ParameterLayout.Create(("a", [3]), ("b", [2]));
    private static readonly ParameterSelection Selection = ParameterSelection.OfBlocks(Layout, "a");
    private static readonly ModelQuality Quality = new(0.5, double.NaN, 1.25);

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string JournalPath => Path.Combine(_folder, "run.journal");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Two_runs_at_once_cannot_share_a_journal_and_the_first_loses_nothing()
    {
        using (JournalFile first = Open())
        {
            Add(first, 3, [1, 2, 3]);
            Assert.Throws<IOException>(Open);
            Add(first, 4, [4, 5, 6]);
        }

        using JournalFile again = Open();
        Assert.Equal(2, again.Count);
    }

    [Fact]
    public void A_full_disk_is_one_line_that_names_the_journal()
    {
        if (!File.Exists("/dev/full"))
        {
            return; // Only Linux has it.
        }

        File.CreateSymbolicLink(JournalPath, "/dev/full");
        Assert.Equal($"The file '{JournalPath}' cannot be written: the disk is full. Free disk space or specify a file on another disk.", Assert.Throws<IOException>(Open).Message);
    }

    [Fact]
    public void A_journal_that_cannot_be_begun_is_not_left_behind()
    {
        Assert.Throws<ArgumentException>(() => JournalFile.Open(JournalPath, new string('x', 100_000)));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_file_that_is_no_journal_stays()
    {
        File.WriteAllText(JournalPath, "my notes");
        Assert.Throws<InvalidDataException>(Open);
        Assert.Equal("my notes", File.ReadAllText(JournalPath));
    }

    [Fact]
    public void What_was_kept_is_found_again_bit_by_bit()
    {
        float[] values = [1.5f, -0f, float.MaxValue];
        using (JournalFile journal = Open())
        {
            Add(journal, 3, values, examples: 42);
            Add(journal, long.MaxValue, [1, 2, 3], UpdateContent.Trained);
            Add(journal, 4, [0.5f, 2], UpdateContent.Importance);
            journal.Add(new ModelVersion(0), Own, Quality);
            journal.Add(new ModelVersion(9), Own, new ModelQuality(1, 0.25, double.PositiveInfinity));
        }

        using JournalFile again = Open();
        Assert.Equal(3, again.Count);
        using SparseUpdate update = again.Find(3, Assignment(), Own)!;
        Assert.Equal(values.Select(BitConverter.SingleToInt32Bits), update.Values.ToArray().Select(BitConverter.SingleToInt32Bits));
        Assert.Equal(Assignment().CreateHeader(42), update.Header);
        using SparseUpdate trained = again.Find(long.MaxValue, Assignment(UpdateContent.Trained), Own)!;
        Assert.Equal((UpdateContent.Trained, 1), (trained.Header.Content, trained.Header.ExampleCount));
        using SparseUpdate importance = again.Find(4, Assignment(UpdateContent.Importance), Own)!;
        Assert.Equal([0.5f, 2], importance.Values.ToArray());
        Assert.Equal(Quality, again.Find(new ModelVersion(0), Own));
        Assert.Equal(new ModelQuality(1, 0.25, double.PositiveInfinity), again.Find(new ModelVersion(9), Own));
    }

    [Fact]
    public void What_was_never_kept_is_not_found()
    {
        using JournalFile journal = Open();
        Assert.Equal(0, journal.Count);
        Assert.Null(journal.Find(0, Assignment(), Own));
        Assert.Null(journal.Find(new ModelVersion(0), Own));
    }

    [Fact]
    public void A_journal_goes_on_where_it_was()
    {
        for (int job = 0; job < 4; job++)
        {
            using JournalFile journal = Open();
            Assert.Equal(job, journal.Count);
            Add(journal, job, [job, 0, 0]);
        }

        using JournalFile all = Open();
        Assert.Equal([0f, 1f, 2f, 3f], Enumerable.Range(0, 4).Select(job => FirstValue(all, job)));
    }

    [Fact]
    public void Updates_kept_by_several_threads_at_once_are_all_found()
    {
        using (JournalFile journal = Open())
        {
            Parallel.For(0, 200, job => Add(journal, job, [job, job, job]));
        }

        using JournalFile again = Open();
        Assert.Equal(Enumerable.Range(0, 200).Select(job => (float?)job), Enumerable.Range(0, 200).Select(job => FirstValue(again, job)));
    }

    [Fact]
    public void Updates_kept_while_other_threads_look_for_earlier_ones_are_all_found()
    {
        using (JournalFile journal = Open())
        {
            Parallel.For(0, 200, job => Add(journal, job, [job, job, job]));
        }

        // As when a run goes on: some of its jobs are known, and worker threads train the others meanwhile.
        using (JournalFile journal = Open())
        {
            Parallel.For(0, 200_000, i =>
            {
                if (i % 2 == 0)
                {
                    Add(journal, 200 + (i / 2), [i / 2, 0, 0]);
                }
                else
                {
                    Assert.Equal(i / 2 % 200, FirstValue(journal, i / 2 % 200));
                }
            });
        }

        using JournalFile again = Open();
        Assert.Equal(Enumerable.Range(0, 100_000).Select(job => (float?)job), Enumerable.Range(0, 100_000).Select(job => FirstValue(again, 200 + job)));
    }

    [Fact]
    public void Wherever_the_records_are_cut_off_what_was_whole_is_kept_and_more_can_be_added()
    {
        byte[] whole = ThreeRecords(out int[] ends);
        for (int length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(JournalPath, whole[..length]);
            using (JournalFile journal = Open())
            {
                Assert.Equal((length >= ends[0] ? 1 : 0) + (length >= ends[2] ? 1 : 0), journal.Count);
                Assert.Equal(length >= ends[0] ? 10 : null, FirstValue(journal, 0));
                Assert.Equal(length >= ends[1] ? Quality : null, journal.Find(new ModelVersion(5), Own));
                Assert.Equal(length >= ends[2] ? 20 : null, FirstValue(journal, 1));
                Assert.Equal(Math.Max(HeaderBytes, ends.LastOrDefault(end => end <= length)), new FileInfo(JournalPath).Length);
                Add(journal, 77, [7, 7, 7]);
            }

            using JournalFile again = Open();
            Assert.Equal(7, FirstValue(again, 77));
        }
    }

    [Fact]
    public void Wherever_a_byte_has_flipped_the_journal_is_refused_or_keeps_what_comes_before()
    {
        byte[] whole = ThreeRecords(out int[] ends);
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] flipped = [.. whole];
            flipped[at] ^= (byte)(1 << (at % 8));
            File.WriteAllBytes(JournalPath, flipped);
            if (at < HeaderBytes)
            {
                Assert.Contains("is not a run journal", Assert.Throws<InvalidDataException>(Open).Message);
                Assert.Equal(flipped, File.ReadAllBytes(JournalPath));
                continue;
            }

            using JournalFile journal = Open();
            Assert.Equal(at >= ends[0] ? 10 : null, FirstValue(journal, 0));
            Assert.Equal(at >= ends[1] ? Quality : null, journal.Find(new ModelVersion(5), Own));
            Assert.Null(FirstValue(journal, 1));
        }
    }

    [Theory]
    [InlineData("x")]
    [InlineData("FTTErunners")]
    [InlineData("my thesis, the only copy")]
    [InlineData("a text that is longer than the header of a journal, by far, and no journal all the same")]
    public void A_file_that_is_no_journal_is_refused_and_left_as_it_is(string text)
    {
        File.WriteAllText(JournalPath, text);
        string message = Assert.Throws<InvalidDataException>(Open).Message;
        Assert.Equal($"The file '{JournalPath}' is not a run journal. Specify a new file or an existing journal.", message);
        Assert.Equal(text, File.ReadAllText(JournalPath));
    }

    [Theory]
    [InlineData(int.MinValue)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void A_length_that_cannot_be_ends_the_journal_before_memory_is_taken(int length)
    {
        byte[] whole = ThreeRecords(out int[] ends);
        BitConverter.TryWriteBytes(whole.AsSpan(ends[0]), length);
        File.WriteAllBytes(JournalPath, whole);
        using JournalFile journal = Open();
        Assert.Equal((1, ends[0]), (journal.Count, new FileInfo(JournalPath).Length));
    }

    [Fact]
    public void The_journal_of_another_run_is_refused_with_both_descriptions_and_left_as_it_is()
    {
        byte[] whole = ThreeRecords(out _);
        foreach (string other in (string[])["digits, seed 8", "digits", Description + " and more", ""])
        {
            string message = Assert.Throws<InvalidDataException>(() => JournalFile.Open(JournalPath, other)).Message;
            Assert.Equal($"The file '{JournalPath}' is the journal of another run, '{Description}', but this run is '{other}'. Use the settings of that run, or delete the file.", message);
            Assert.Equal(whole, File.ReadAllBytes(JournalPath));
        }
    }

    [Fact]
    public void A_description_of_any_letters_and_up_to_the_limit_is_kept()
    {
        foreach (string description in (string[])["", "Ziffern, groß: 数字", new string('x', 1 << 16)])
        {
            JournalFile.Open(JournalPath, description).Dispose();
            JournalFile.Open(JournalPath, description).Delete();
        }

        Assert.Throws<ArgumentException>("description", () => JournalFile.Open(JournalPath, new string('x', (1 << 16) + 1)));
    }

    [Fact]
    public void What_follows_from_something_else_is_refused_as_another_runs()
    {
        byte[] other = [.. Own];
        other[^1]++;
        using (JournalFile journal = Open())
        {
            Add(journal, 7, [1, 2, 3]);
            journal.Add(new ModelVersion(4), Own, Quality);
        }

        using JournalFile again = Open();
        Assert.Equal(
            $"The file '{JournalPath}' is the journal of another run: job 7 differs, or began with another model. Use the rule, devices and options of that run, or delete the file.",
            Assert.Throws<InvalidDataException>(() => again.Find(7, Assignment(), other)).Message);
        Assert.Contains("version 4 is another model", Assert.Throws<InvalidDataException>(() => again.Find(new ModelVersion(4), other)).Message);
    }

    [Fact]
    public void A_fingerprint_distinguishes_everything_that_training_depends_on()
    {
        TrainingAssignment assignment = Assignment();
        byte[][] all =
        [
            Fingerprint.Of(1, assignment, [1, 2], 9),
            Fingerprint.Of(2, assignment, [1, 2], 9),
            Fingerprint.Of(1, assignment with { UpdateId = new UpdateId(2) }, [1, 2], 9),
            Fingerprint.Of(1, assignment with { Version = new ModelVersion(1) }, [1, 2], 9),
            Fingerprint.Of(1, assignment with { SelectionVersion = new SelectionVersion(1) }, [1, 2], 9),
            Fingerprint.Of(1, assignment with { Selection = ParameterSelection.OfBlocks(Layout, "b") }, [1, 2], 9),
            Fingerprint.Of(1, assignment with { Content = UpdateContent.Trained }, [1, 2], 9),
            Fingerprint.Of(1, assignment, [1, 3], 9),
            Fingerprint.Of(1, assignment, [1, 2], 8),
        ];

        Assert.Equal(all.Length, all.Select(Convert.ToHexString).Distinct().Count());
        Assert.Equal(all[0], Fingerprint.Of(1, Assignment(), [1, 2], 9));
    }

    [Fact]
    public void A_record_of_an_unknown_kind_ends_the_journal()
    {
        // Whole by its checksum, but what a later library may write.
        using (JournalFile journal = Open())
        {
            Add(journal, 0, [1, 2, 3]);
        }

        long end = new FileInfo(JournalPath).Length;
        byte[] payload = [99, .. new byte[40]];
        using (FileStream file = File.Open(JournalPath, FileMode.Append))
        {
            file.Write(BitConverter.GetBytes(payload.Length));
            file.Write(System.Security.Cryptography.SHA256.HashData(payload).AsSpan(0, 8));
            file.Write(payload);
        }

        using JournalFile again = Open();
        Assert.Equal((1, end), (again.Count, new FileInfo(JournalPath).Length));
    }

    [Fact]
    public void A_journal_is_deleted_when_its_run_has_ended()
    {
        JournalFile journal = Open();
        Assert.True(File.Exists(JournalPath));
        journal.Delete();
        Assert.False(File.Exists(JournalPath));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_an_input_error() =>
        Assert.Throws<DirectoryNotFoundException>(() => JournalFile.Open(Path.Combine(_folder, "nowhere", "run.journal"), Description));

    private JournalFile Open() => JournalFile.Open(JournalPath, Description);

    /// <summary>The bytes of a journal with an update, an evaluation and an update, and where each ends.</summary>
    private byte[] ThreeRecords(out int[] ends)
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

    private static void Add(JournalFile journal, long job, float[] values, UpdateContent content = UpdateContent.Difference, int examples = 1)
    {
        using SparseUpdate update = SparseUpdate.Create(Assignment(content).CreateHeader(examples), values);
        journal.Add(job, Own, update);
    }

    private static float? FirstValue(JournalFile journal, long job)
    {
        using SparseUpdate? update = journal.Find(job, Assignment(), Own);
        return update?.Values.Span[0];
    }

    private static TrainingAssignment Assignment(UpdateContent content = UpdateContent.Difference) => new(
        new ClientId("d"), new UpdateId(1), Layout.Fingerprint, default, default, Selection, Selection, content, TimeSpan.FromHours(1));
}
