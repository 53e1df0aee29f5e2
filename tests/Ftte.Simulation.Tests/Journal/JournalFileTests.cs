using Ftte.Simulation.Journal;

namespace Ftte.Simulation.Tests;

public sealed class JournalFileTests : JournalBench
{
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
        Assert.Empty(Directory.GetFiles(Folder));
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
    public void A_journal_is_deleted_when_its_run_has_ended()
    {
        JournalFile journal = Open();
        Assert.True(File.Exists(JournalPath));
        journal.Delete();
        Assert.False(File.Exists(JournalPath));
    }

    [Fact]
    public void AFolder_that_is_not_there_is_an_input_error() =>
        Assert.Throws<DirectoryNotFoundException>(() => JournalFile.Open(Path.Combine(Folder, "nowhere", "run.journal"), Description));
}
