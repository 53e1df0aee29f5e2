namespace Ftte;

/// <summary>What the server remembers of an assignment that it issued, to recognize the update that answers it.</summary>
internal readonly record struct IssuedAssignment(UpdateId Id, ModelVersion BaseVersion, ulong BaseFingerprint, SelectionVersion SelectionVersion, UpdateContent Content)
{
    /// <summary>Determines whether an update answers this assignment.</summary>
    public bool IsAnsweredBy(in UpdateHeader header) =>
        header.Id == Id && header.BaseVersion == BaseVersion && header.BaseFingerprint == BaseFingerprint && header.SelectionVersion == SelectionVersion && header.Content == Content;
}
