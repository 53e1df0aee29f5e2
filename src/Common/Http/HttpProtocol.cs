namespace Ftte;

/// <summary>Specifies the names that the device side and the server side of the HTTP transport share. <c>docs/http-protocol.md</c> describes the protocol.</summary>
/// <remarks>This file is compiled into both packages, so that no library has to publish it.</remarks>
internal static class HttpProtocol
{
    /// <summary>The version of the protocol that this library speaks.</summary>
    public const int Version = 1;

    /// <summary>The header with which a device states the version that it speaks, and a server the version of its answer.</summary>
    public const string VersionHeader = "Ftte-Version";

    /// <summary>The media type of the messages of <c>Ftte.Wire</c>.</summary>
    public const string MessageType = "application/vnd.ftte";

    /// <summary>The media type of packed parameters.</summary>
    public const string BlobType = "application/octet-stream";

    /// <summary>The media type of the rest of an update. It and the headers are those of draft-ietf-httpbis-resumable-upload.</summary>
    public const string PartialUploadType = "application/partial-upload";

    /// <summary>The header with the number of bytes of an update that have arrived.</summary>
    public const string UploadOffsetHeader = "Upload-Offset";

    /// <summary>The header that states whether a request or an answer completes an update.</summary>
    public const string UploadCompleteHeader = "Upload-Complete";

    /// <summary>The header with the maximum length of an update and the time for which its start is kept.</summary>
    public const string UploadLimitHeader = "Upload-Limit";

    public const string IsComplete = "?1";

    public const string IsIncomplete = "?0";

    /// <summary>The problem of a request that is not valid HTTP, also one whose connection ended early.</summary>
    public const string BadRequestProblem = "bad-request";

    /// <summary>The problem of a request that does not continue an update where it stopped.</summary>
    public const string UploadOffsetProblem = "upload-offset";

    /// <summary>The media type of a PKCS#10 certificate request (RFC 5967).</summary>
    public const string CertificateRequestType = "application/pkcs10";

    /// <summary>The media type of certificates in PEM form (RFC 8555).</summary>
    public const string CertificateType = "application/pem-certificate-chain";

    /// <summary>The media type of problem details (RFC 9457).</summary>
    public const string ProblemType = "application/problem+json";

    /// <summary>The start of the type URI of every problem; the reason follows.</summary>
    public const string ProblemPrefix = "urn:ftte:problem:";

    /// <summary>The problem of a device or server that does not speak the version of the other.</summary>
    public const string VersionProblem = "protocol-version";

    /// <summary>The scheme of the Authorization header of an enrollment.</summary>
    public const string TokenScheme = "Ftte-Token";

    public const string CheckOutPath = "check-out";

    public const string BlobPath = "blobs/";

    public const string UpdatePath = "updates/";

    public const string LeasePath = "leases/";

    /// <summary>The parameter of the query with the client ID of a renewal.</summary>
    public const string ClientParameter = "client";

    /// <summary>The problem of a lease that has ended, or that must not be renewed again.</summary>
    public const string NoLeaseProblem = "no-such-lease";

    public const string EnrollPath = "enroll";

    public const string RenewPath = "renew";

    public const string AuthorityPath = "authority";
}
